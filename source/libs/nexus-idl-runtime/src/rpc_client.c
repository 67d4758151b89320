/* SPDX-License-Identifier: Apache-2.0 */
#include "nexus-idl/rpc_client.h"
#include "rpc_messages.h"

void nx_client_init(struct nx_client *client, uint8_t *out, size_t out_size)
{
    *client = (struct nx_client){.out = out, .out_size = out_size};
}

void nx_client_close(struct nx_client *client)
{
    client->closed = true;
    client->building = false;
    client->waiting = false;
}

/* --- calling --- */

/* Begins a message behind those that are in out already. */
static struct nx_struct_builder begin_behind(struct nx_client *client, enum message_tag tag,
                                             uint16_t data_words, uint16_t pointers)
{
    return nx_rpc_begin(&client->builder, client->out + client->ahead_bytes,
                        client->out_size - client->ahead_bytes, tag, data_words, pointers);
}

/* The message in the builder goes ahead of the call. */
static bool add_ahead(struct nx_client *client)
{
    size_t length = nx_builder_finish(&client->builder);
    client->ahead_bytes += length;
    return length != 0;
}

static bool add_bootstrap(struct nx_client *client, uint32_t question)
{
    struct nx_struct_builder bootstrap =
        begin_behind(client, MESSAGE_BOOTSTRAP, BOOTSTRAP_WORDS, BOOTSTRAP_PTRS);
    nx_set_u32(bootstrap, BOOTSTRAP_QUESTION_AT, question);
    return add_ahead(client);
}

static bool add_finish(struct nx_client *client, uint32_t question, bool keep_capabilities)
{
    struct nx_struct_builder finish =
        begin_behind(client, MESSAGE_FINISH, FINISH_WORDS, FINISH_PTRS);
    nx_set_u32(finish, FINISH_QUESTION_AT, question);
    nx_set_bool(finish, FINISH_RELEASE_BIT, keep_capabilities); /* stored inverted */
    return add_ahead(client);
}

/* What is due counts as done only when nx_client_finish_call() gives it out. */
static bool add_all_ahead(struct nx_client *client)
{
    client->ahead_bytes = 0;
    if (client->call_finish_due && !add_finish(client, client->question, false))
        return false;
    if (client->bootstrap_finish_due &&
        !add_finish(client, client->bootstrap_question, client->bootstrap == NX_BOOTSTRAP_HELD))
        return false;
    return client->bootstrap != NX_BOOTSTRAP_NONE || add_bootstrap(client, client->next_question);
}

/* The id of the call under construction: a Bootstrap ahead of it takes one, too. */
static uint32_t building_question(const struct nx_client *client)
{
    return client->next_question + (client->bootstrap == NX_BOOTSTRAP_NONE ? 1U : 0U);
}

static void set_target(const struct nx_client *client, struct nx_struct_builder call)
{
    struct nx_struct_builder target =
        nx_init_struct(call, CALL_TARGET_PTR, TARGET_WORDS, TARGET_PTRS);
    if (client->bootstrap == NX_BOOTSTRAP_HELD) {
        nx_set_u16(target, TARGET_TAG_AT, TARGET_IMPORTED);
        nx_set_u32(target, TARGET_IMPORT_AT, client->import_id);
        return;
    }
    nx_set_u16(target, TARGET_TAG_AT, TARGET_PROMISED);
    struct nx_struct_builder promised =
        nx_init_struct(target, TARGET_ANSWER_PTR, PROMISED_WORDS, PROMISED_PTRS);
    nx_set_u32(promised, PROMISED_QUESTION_AT,
               client->bootstrap == NX_BOOTSTRAP_NONE ? client->next_question
                                                      : client->bootstrap_question);
}

struct nx_struct_builder nx_client_begin(struct nx_client *client, uint64_t interface_id,
                                         uint16_t method_id, uint16_t data_words, uint16_t pointers)
{
    client->building = false;
    if (client->waiting || client->closed)
        return (struct nx_struct_builder){0};
    client->building = true;
    if (!add_all_ahead(client))
        return (struct nx_struct_builder){0};
    struct nx_struct_builder call = begin_behind(client, MESSAGE_CALL, CALL_WORDS, CALL_PTRS);
    nx_set_u32(call, CALL_QUESTION_AT, building_question(client));
    nx_set_u16(call, CALL_METHOD_AT, method_id);
    nx_set_u64(call, CALL_INTERFACE_AT, interface_id);
    set_target(client, call);
    struct nx_struct_builder payload =
        nx_init_struct(call, CALL_PARAMS_PTR, PAYLOAD_WORDS, PAYLOAD_PTRS);
    return nx_init_struct(payload, PAYLOAD_CONTENT_PTR, data_words, pointers);
}

int nx_client_finish_call(struct nx_client *client, size_t *out_length)
{
    *out_length = 0;
    if (!client->building)
        return NX_RANGE;
    client->building = false;
    size_t length = nx_builder_finish(&client->builder);
    if (length == 0)
        return client->builder.error;
    client->question = building_question(client);
    if (client->bootstrap == NX_BOOTSTRAP_NONE) {
        client->bootstrap = NX_BOOTSTRAP_ASKED;
        client->bootstrap_question = client->next_question;
    }
    client->next_question = client->question + 1;
    client->call_finish_due = false;
    client->bootstrap_finish_due = false;
    client->waiting = true;
    *out_length = client->ahead_bytes + length;
    return NX_OK;
}

/* --- what arrives --- */

static int break_off(struct nx_client *client, int error, size_t *out_length)
{
    nx_client_close(client);
    *out_length = nx_rpc_write_abort(client->out, client->out_size, nx_error_text(error));
    return error;
}

static enum nx_exception_type exception_type(uint16_t type)
{
    return type <= NX_EXCEPTION_UNIMPLEMENTED ? (enum nx_exception_type)type : NX_EXCEPTION_FAILED;
}

static void read_exception(struct nx_client *client, struct nx_struct_reader parent, uint32_t index)
{
    struct nx_struct_reader exception = nx_get_struct(parent, index);
    client->exception.type = exception_type(nx_get_u16(exception, EXCEPTION_TYPE_AT));
    client->exception.reason = nx_get_text(exception, EXCEPTION_REASON_PTR);
}

/* The bootstrap answer is there: from now on calls go to the capability in it. Without one, the
 * next call asks again; the calls that went to this answer get exceptions of their own. */
static int receive_bootstrap(struct nx_client *client, struct nx_struct_reader ret)
{
    client->bootstrap_finish_due = !nx_get_bool(ret, RETURN_NO_FINISH_BIT);
    client->bootstrap = NX_BOOTSTRAP_NONE;
    if (nx_get_u16(ret, RETURN_TAG_AT) != RETURN_RESULTS)
        return NX_REPLY_NONE;
    struct nx_struct_reader payload = nx_get_struct(ret, RETURN_BODY_PTR);
    uint32_t index;
    if (!nx_pointer_capability(nx_get_pointer(payload, PAYLOAD_CONTENT_PTR), &index))
        return NX_REPLY_NONE;
    struct nx_list_reader caps = nx_get_list(payload, PAYLOAD_CAPS_PTR, NX_ELEMENT_STRUCT);
    struct nx_struct_reader cap = nx_list_get_struct(caps, index);
    uint16_t tag = nx_get_u16(cap, CAP_TAG_AT);
    if (tag != CAP_SENDER_HOSTED && tag != CAP_SENDER_PROMISE)
        return NX_REPLY_NONE;
    client->import_id = nx_get_u32(cap, CAP_ID_AT);
    client->bootstrap = NX_BOOTSTRAP_HELD;
    return NX_REPLY_NONE;
}

static int receive_answer(struct nx_client *client, struct nx_struct_reader ret)
{
    client->waiting = false;
    client->call_finish_due = !nx_get_bool(ret, RETURN_NO_FINISH_BIT);
    switch (nx_get_u16(ret, RETURN_TAG_AT)) {
    case RETURN_RESULTS:
        client->payload = nx_get_struct(ret, RETURN_BODY_PTR);
        return NX_REPLY;
    case RETURN_EXCEPTION:
        read_exception(client, ret, RETURN_BODY_PTR);
        return NX_REPLY_EXCEPTION;
    default: /* results that went elsewhere: never asked for */
        return NX_KIND;
    }
}

static int receive_return(struct nx_client *client, struct nx_struct_reader root)
{
    struct nx_struct_reader ret = nx_get_struct(root, MESSAGE_BODY_PTR);
    uint32_t answer = nx_get_u32(ret, RETURN_ANSWER_AT);
    if (client->reply.error != NX_OK)
        return client->reply.error;
    if (client->waiting && answer == client->question)
        return receive_answer(client, ret);
    if (client->bootstrap == NX_BOOTSTRAP_ASKED && answer == client->bootstrap_question)
        return receive_bootstrap(client, ret);
    return NX_RANGE;
}

/* A peer that does not know our Bootstrap or Call will not answer it either. */
static int receive_unimplemented(struct nx_client *client, struct nx_struct_reader root)
{
    uint16_t tag = nx_get_u16(nx_get_struct(root, MESSAGE_BODY_PTR), MESSAGE_TAG_AT);
    if (!client->waiting || (tag != MESSAGE_CALL && tag != MESSAGE_BOOTSTRAP))
        return NX_REPLY_NONE;
    client->waiting = false;
    client->bootstrap = NX_BOOTSTRAP_NONE;
    client->exception.type = NX_EXCEPTION_UNIMPLEMENTED;
    client->exception.reason = nx_text_of("the peer takes no calls");
    return NX_REPLY_EXCEPTION;
}

static int receive_message(struct nx_client *client, struct nx_struct_reader root,
                           size_t *out_length)
{
    uint16_t tag = nx_get_u16(root, MESSAGE_TAG_AT);
    switch (tag) {
    case MESSAGE_RETURN:
        return receive_return(client, root);
    case MESSAGE_UNIMPLEMENTED:
        return receive_unimplemented(client, root);
    case MESSAGE_ABORT:
        nx_client_close(client);
        read_exception(client, root, MESSAGE_BODY_PTR);
        return NX_REPLY_ABORT;
    case MESSAGE_FINISH: /* of answers and exports that a client has none of */
    case MESSAGE_RELEASE:
        return NX_REPLY_NONE;
    default:
        *out_length =
            nx_rpc_write_unimplemented(client->out, client->out_size, &client->reply, tag);
        return NX_REPLY_NONE;
    }
}

int nx_client_receive(struct nx_client *client, const uint8_t *frame, size_t length,
                      size_t *out_length)
{
    *out_length = 0;
    client->building = false; /* its bytes are the out buffer's no more */
    client->payload = (struct nx_struct_reader){0};
    client->exception = (struct nx_exception){NX_EXCEPTION_FAILED, nx_text_of("")};
    if (client->closed)
        return NX_RANGE;
    if (nx_message_open(&client->reply, frame, length) != NX_OK)
        return break_off(client, client->reply.error, out_length);
    int reply = receive_message(client, nx_message_root(&client->reply), out_length);
    if (client->reply.error != NX_OK && reply != NX_REPLY_ABORT)
        reply = client->reply.error;
    return reply < 0 ? break_off(client, reply, out_length) : reply;
}

struct nx_struct_reader nx_client_results(struct nx_client *client)
{
    return nx_get_struct(client->payload, PAYLOAD_CONTENT_PTR);
}

struct nx_exception nx_client_exception(const struct nx_client *client)
{
    return client->exception;
}

int nx_client_error(const struct nx_client *client)
{
    return client->reply.error;
}
