/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The official tool as the judge: what the vat and the client write is what `capnp convert` reads
 * by rpc.capnp, and what `capnp convert` writes is understood.
 */
#include "nexus-idl/rpc_client.h"
#include "test_rpc_peer.h"

#include <stdio.h>
#include <unistd.h>

#define SCHEMA     "/usr/include/capnp/rpc.capnp"
#define TEXT_BYTES 4096

/* Pipes input through `capnp convert <how>` and gives what it printed, NUL-terminated. */
static size_t convert(const char *how, const void *input, size_t length, char *output)
{
    char file[] = "/tmp/test_rpc_official.XXXXXX";
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, input, length), length);
    close(fd);
    char command[256];
    snprintf(command, sizeof command, "capnp convert --short %s " SCHEMA " Message <%s", how, file);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t got = fread(output, 1, TEXT_BYTES - 1, pipe);
    output[got] = '\0';
    assert_int_equal(pclose(pipe), 0);
    unlink(file);
    return got;
}

static void expect_text(const uint8_t *bytes, size_t length, const char *text)
{
    char output[TEXT_BYTES];
    convert("binary:text", bytes, length, output);
    size_t end = strcspn(output, "\n");
    output[end] = '\0';
    assert_string_equal(output, text);
}

static struct peer_message from_text(const char *text)
{
    struct peer_message m;
    char output[TEXT_BYTES];
    m.length = convert("text:binary", text, strlen(text), output);
    memcpy(m.bytes, output, m.length);
    return m;
}

static void answer(struct nx_vat *vat, struct peer_out *out, struct peer_message m)
{
    enum nx_event event = peer_exchange(vat, m.bytes, m.length, out);
    assert_int_equal(event, NX_IDLE);
}

/* A session whose every message was written by the official tool. */
static void official_messages_are_understood(void **state)
{
    (void)state;
    struct nx_vat vat;
    nx_vat_init(&vat);
    struct peer_out out = peer_out_new(PEER_BYTES);
    answer(&vat, &out, from_text("(bootstrap = (questionId = 3))"));
    expect_text(out.bytes, out.length,
                "(return = (answerId = 3, releaseParamCaps = true, results = (content = "
                "<opaque pointer>, capTable = [(senderHosted = 0, attachedFd = 255)])))");

    answer(&vat, &out,
           from_text("(call = (questionId = 4, target = (promisedAnswer = (questionId = 3, "
                     "transform = [])), interfaceId = 0xfedcba9876543210, methodId = 3, "
                     "params = (capTable = [])))"));
    expect_text(out.bytes, out.length,
                "(return = (answerId = 4, releaseParamCaps = true, exception = (reason = \"no such "
                "method\", obsoleteIsCallersFault = false, obsoleteDurability = 0, "
                "type = unimplemented)))");

    answer(&vat, &out,
           from_text("(call = (questionId = 5, target = (promisedAnswer = (questionId = 3, "
                     "transform = [(noop = void), (getPointerField = 1)])), "
                     "interfaceId = 0xfedcba9876543210, methodId = 0))"));
    expect_text(out.bytes, out.length,
                "(return = (answerId = 5, releaseParamCaps = true, exception = (reason = \"call to "
                "what is not a capability\", obsoleteIsCallersFault = false, "
                "obsoleteDurability = 0, type = failed)))");

    answer(&vat, &out, from_text("(finish = (questionId = 3, releaseResultCaps = false))"));
    assert_int_equal(out.length, 0);
    answer(&vat, &out,
           from_text("(call = (questionId = 3, target = (importedCap = 0), "
                     "interfaceId = 0xfedcba9876543210, methodId = 0))"));
    struct peer_answer a = peer_read(out.bytes, out.length);
    assert_int_equal(a.answer, 3);
    assert_int_equal(a.kind, PEER_RESULTS);
    assert_int_equal(a.value, 1);
    answer(&vat, &out, from_text("(release = (id = 0, referenceCount = 1))"));
    assert_int_equal(out.length, 0);

    struct peer_message m = from_text("(return = (answerId = 3, canceled = void))");
    assert_int_equal(peer_exchange(&vat, m.bytes, m.length, &out), NX_CLOSE);
    expect_text(out.bytes, out.length,
                "(abort = (reason = \"answer to no question\", obsoleteIsCallersFault = false, "
                "obsoleteDurability = 0, type = failed))");
    free(out.bytes);
}

static void official_reader_follows_the_echo(void **state)
{
    (void)state;
    struct nx_vat vat;
    nx_vat_init(&vat);
    struct peer_out out = peer_out_new(PEER_BYTES);
    answer(&vat, &out,
           from_text("(disembargo = (target = (importedCap = 9), "
                     "context = (senderLoopback = 8)))"));
    expect_text(out.bytes, out.length,
                "(unimplemented = (disembargo = (target = (importedCap = 9), "
                "context = (senderLoopback = 8))))");
    answer(&vat, &out, from_text("(resolve = (promiseId = 6, cap = (senderHosted = 5)))"));
    expect_text(out.bytes, out.length,
                "(unimplemented = (resolve = (promiseId = 6, cap = (senderHosted = 5, "
                "attachedFd = 255))))");
    free(out.bytes);
}

/* The tests' own messages, and with them the offsets that they write out, are real ones. */
static void our_peer_speaks_the_protocol(void **state)
{
    (void)state;
    struct peer_message m = peer_bootstrap(UINT32_MAX);
    expect_text(m.bytes, m.length, "(bootstrap = (questionId = 4294967295))");
    m = peer_finish(5, false);
    expect_text(m.bytes, m.length, "(finish = (questionId = 5, releaseResultCaps = false))");
    m = peer_finish(6, true);
    expect_text(m.bytes, m.length, "(finish = (questionId = 6, releaseResultCaps = true))");
    m = peer_release(2, 3);
    expect_text(m.bytes, m.length, "(release = (id = 2, referenceCount = 3))");
    m = peer_call((struct peer_call){.question = 1,
                                     .target = 2,
                                     .transform = TRANSFORM_FIELD,
                                     .caps = CAPS_EMPTY,
                                     .results_to = 1,
                                     .method = 513});
    expect_text(m.bytes, m.length,
                "(call = (questionId = 1, target = (promisedAnswer = (questionId = 2, "
                "transform = [(noop = void), (getPointerField = 0)])), "
                "interfaceId = 18364758544493064720, methodId = 513, params = (content = "
                "<opaque pointer>, capTable = []), sendResultsTo = (yourself = void), "
                "allowThirdPartyTailCall = false))");
}

static void client_speaks_the_protocol(void **state)
{
    (void)state;
    uint8_t sent[PEER_BYTES];
    size_t length;
    struct nx_client client;
    nx_client_init(&client, sent, sizeof sent);
    (void)nx_client_begin(&client, PEER_INTERFACE, 6, 0, 0);
    assert_int_equal(nx_client_finish_call(&client, &length), 0);
    expect_text(sent, length, "(bootstrap = (questionId = 0))");
    /* A Bootstrap takes 48 bytes: header and root 8 each, Message and Bootstrap 16 each. */
    expect_text(sent + 48, length - 48,
                "(call = (questionId = 1, target = (promisedAnswer = (questionId = 0)), "
                "interfaceId = 18364758544493064720, methodId = 6, params = (content = "
                "<opaque pointer>), sendResultsTo = (caller = void), "
                "allowThirdPartyTailCall = false))");

    struct peer_message m =
        from_text("(return = (answerId = 0, results = (capTable = [(senderHosted = 17)])))");
    /* Text cannot write a capability pointer: the Payload's content, behind the Return. */
    nx_store64(m.bytes + 8 + 8 + 16 + 24, 3);
    assert_int_equal(nx_client_receive(&client, m.bytes, m.length, &length), NX_REPLY_NONE);
    m = from_text("(return = (answerId = 1, results = ()))");
    assert_int_equal(nx_client_receive(&client, m.bytes, m.length, &length), NX_REPLY);
    (void)nx_client_begin(&client, PEER_INTERFACE, 7, 0, 0);
    assert_int_equal(nx_client_finish_call(&client, &length), 0);
    expect_text(sent, length, "(finish = (questionId = 1, releaseResultCaps = true))");
    expect_text(sent + 40, length - 40, "(finish = (questionId = 0, releaseResultCaps = false))");
    expect_text(sent + 80, length - 80,
                "(call = (questionId = 2, target = (importedCap = 17), "
                "interfaceId = 18364758544493064720, methodId = 7, params = (content = "
                "<opaque pointer>), sendResultsTo = (caller = void), "
                "allowThirdPartyTailCall = false))");
    m = from_text("(return = (answerId = 2, exception = (reason = \"busy\", type = overloaded)))");
    assert_int_equal(nx_client_receive(&client, m.bytes, m.length, &length), NX_REPLY_EXCEPTION);
    struct nx_exception e = nx_client_exception(&client);
    assert_int_equal(e.type, NX_EXCEPTION_OVERLOADED);
    assert_true(nx_text_equal(e.reason, nx_text_of("busy")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(official_messages_are_understood),
        cmocka_unit_test(official_reader_follows_the_echo),
        cmocka_unit_test(our_peer_speaks_the_protocol),
        cmocka_unit_test(client_speaks_the_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
