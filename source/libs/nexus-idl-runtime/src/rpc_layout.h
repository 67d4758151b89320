/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the fields of Cap'n Proto's rpc.capnp lie, as `capnp compile -ocapnp` prints them: _AT is a
 * byte of the data section, _BIT a bit of it, _PTR a pointer; _WORDS and _PTRS are a struct's
 * sections.
 */
#ifndef NEXUS_IDL_RPC_LAYOUT_H
#define NEXUS_IDL_RPC_LAYOUT_H

enum {
    MESSAGE_WORDS = 1,
    MESSAGE_PTRS = 1,
    MESSAGE_TAG_AT = 0,
    MESSAGE_BODY_PTR = 0,

    BOOTSTRAP_WORDS = 1,
    BOOTSTRAP_PTRS = 1,
    BOOTSTRAP_QUESTION_AT = 0,

    CALL_WORDS = 3,
    CALL_PTRS = 3,
    CALL_QUESTION_AT = 0,
    CALL_METHOD_AT = 4,
    CALL_RESULTS_TO_AT = 6,
    CALL_INTERFACE_AT = 8,
    CALL_TARGET_PTR = 0,
    CALL_PARAMS_PTR = 1,

    RETURN_WORDS = 2,
    RETURN_PTRS = 1,
    RETURN_ANSWER_AT = 0,
    RETURN_RELEASE_PARAMS_BIT = 32, /* true by default, so that 0 stands for true */
    RETURN_NO_FINISH_BIT = 33,      /* noFinishNeeded, since 1.0; older clients do not look */
    RETURN_TAG_AT = 6,
    RETURN_BODY_PTR = 0,

    FINISH_WORDS = 1,
    FINISH_PTRS = 0,
    FINISH_QUESTION_AT = 0,
    FINISH_RELEASE_BIT = 32, /* true by default, so that 0 stands for true */

    RELEASE_ID_AT = 0,
    RELEASE_COUNT_AT = 4,

    TARGET_WORDS = 1,
    TARGET_PTRS = 1,
    TARGET_IMPORT_AT = 0,
    TARGET_TAG_AT = 4,
    TARGET_ANSWER_PTR = 0,

    PROMISED_WORDS = 1,
    PROMISED_PTRS = 1,
    PROMISED_QUESTION_AT = 0,
    PROMISED_TRANSFORM_PTR = 0,

    OP_TAG_AT = 0,

    PAYLOAD_WORDS = 0,
    PAYLOAD_PTRS = 2,
    PAYLOAD_CONTENT_PTR = 0,
    PAYLOAD_CAPS_PTR = 1,

    CAP_WORDS = 1,
    CAP_PTRS = 1,
    CAP_TAG_AT = 0,
    CAP_FD_AT = 2, /* 255 by default, so that 0 stands for none */
    CAP_ID_AT = 4,

    EXCEPTION_WORDS = 1,
    EXCEPTION_PTRS = 2,
    EXCEPTION_TYPE_AT = 4,
    EXCEPTION_REASON_PTR = 0
};

enum message_tag {
    MESSAGE_UNIMPLEMENTED = 0,
    MESSAGE_ABORT = 1,
    MESSAGE_CALL = 2,
    MESSAGE_RETURN = 3,
    MESSAGE_FINISH = 4,
    MESSAGE_RELEASE = 6,
    MESSAGE_BOOTSTRAP = 8
};

enum results_to { RESULTS_TO_CALLER = 0 };

enum return_tag { RETURN_RESULTS = 0, RETURN_EXCEPTION = 1 };

enum target_tag { TARGET_IMPORTED = 0, TARGET_PROMISED = 1 };

enum op_tag { OP_NOOP = 0 };

enum cap_tag { CAP_SENDER_HOSTED = 1, CAP_SENDER_PROMISE = 2 };

enum exception_type {
    EXCEPTION_FAILED = 0,
    EXCEPTION_OVERLOADED = 1,
    EXCEPTION_DISCONNECTED = 2,
    EXCEPTION_UNIMPLEMENTED = 3
};

#endif
