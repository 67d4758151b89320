/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces: a handler a method and one switch for servers, begin and results for clients. */
#include "emit.h"

#include <inttypes.h>

struct method {
    const struct node *params;
    const struct node *results;
    const char *path;
    const char *name; /* "perf_start" */
    const char *constant;
    const char *handler; /* "perf_on_start" */
    struct nx_text comment;
};

/* By ordinal, which is the order on the wire. */
static struct method *read_methods(const struct model *model, const struct node *node,
                                   uint32_t *count)
{
    struct nx_list_reader list = interface_methods(node->r);
    struct method *methods = arena_take(model->arena, (list.count + 1U) * sizeof(*methods));

    for (uint32_t i = 0; i < list.count; i++) {
        struct nx_struct_reader r = nx_list_get_struct(list, i);
        const char *name = arena_text(model->arena, method_name(r));
        const char *snake = snake_case(model->arena, name);

        methods[i] = (struct method){
            .params = model_node(model, method_params_id(r)),
            .results = model_node(model, method_results_id(r)),
            .path = arena_printf(model->arena, "%s.%s", node->path, name),
            .name = arena_printf(model->arena, "%s_%s", node->lower, snake),
            .constant = arena_printf(model->arena, "%s_METHOD_%s", node->upper,
                                     upper_case(model->arena, snake)),
            .handler = arena_printf(model->arena, "%s_on_%s", node->lower, snake),
            .comment = model_member_comment(node, i),
        };
    }
    *count = list.count;
    return methods;
}

static void emit_client(const struct model *model, struct out *out, const struct node *node,
                        const struct method *method)
{
    struct arena *arena = model->arena;
    const char *params = method->params->lower;
    const char *results = method->results->lower;

    out_inline(out, method->path, arena_printf(arena, "struct %s_builder", params),
               arena_printf(arena, "%s_call", method->name), "struct nx_client *client");
    out_printf(out, "    struct %s_builder request;\n\n", params);
    out_prototype(out, "    request.s =", "nx_client_begin",
                  arena_printf(arena, "client, %s_INTERFACE_ID, %s, %s_DATA_WORDS, %s_POINTERS",
                               node->upper, method->constant, method->params->upper,
                               method->params->upper),
                  ";\n");
    out_printf(out, "    return request;\n}\n\n");
    out_inline(out, method->path, arena_printf(arena, "struct %s_reader", results),
               arena_printf(arena, "%s_results", method->name), "struct nx_client *client");
    out_printf(out,
               "    struct %s_reader response = {nx_client_results(client)};\n\n"
               "    return response;\n}\n\n",
               results);
}

static void emit_server(const struct model *model, struct out *out, const struct node *node,
                        const struct method *method)
{
    struct arena *arena = model->arena;
    const char *results = method->results->lower;

    out_declare(out, method->handler, method->path);
    out_comment(out, "", method->comment);
    out_prototype(out, "enum nx_outcome", method->handler,
                  arena_printf(arena,
                               "struct %s_service *service, struct nx_call *call, "
                               "struct %s_reader request, struct %s_builder response",
                               node->lower, method->params->lower, results),
                  ";\n\n");
    out_inline(out, method->path, arena_printf(arena, "struct %s_builder", results),
               arena_printf(arena, "%s_resume", method->name), "struct nx_call *call");
    out_printf(out, "    struct %s_builder response;\n\n", results);
    out_prototype(out, "    response.s =", "nx_call_results",
                  arena_printf(arena, "call, %s_DATA_WORDS, %s_POINTERS", method->results->upper,
                               method->results->upper),
                  ";\n");
    out_printf(out, "    return response;\n}\n\n");
}

static void declare_dispatch(const struct model *model, struct out *out, const struct node *node,
                             const char *end)
{
    out_prototype(
        out, "enum nx_outcome", arena_printf(model->arena, "%s_dispatch", node->lower),
        arena_printf(model->arena, "struct %s_service *service, struct nx_call *call", node->lower),
        end);
}

static void declare_handle(const struct model *model, struct out *out, const struct node *node,
                           const char *end)
{
    out_prototype(out, "enum nx_outcome", arena_printf(model->arena, "%s_handle", node->lower),
                  arena_printf(model->arena,
                               "struct %s_service *service, struct nx_call *call, "
                               "struct nx_struct_reader params, struct nx_struct_builder results",
                               node->lower),
                  end);
}

void emit_interface(const struct model *model, struct out *out, const struct node *node)
{
    uint32_t count;
    struct method *methods = read_methods(model, node, &count);
    const char *past = arena_printf(model->arena, "%s_METHODS", node->upper);
    const char *id = arena_printf(model->arena, "%s_INTERFACE_ID", node->upper);

    out_printf(out, "/* --- interface %s --- */\n\n", node->path);
    out_comment(out, "", source_comment(node->source));
    out_declare(out, id, node->path);
    out_printf(out, "#define %s UINT64_C(0x%016" PRIx64 ")\n\n", id, node->id);
    out_printf(out, "enum %s_method {\n", node->lower);
    for (uint32_t i = 0; i < count; i++) {
        out_declare(out, methods[i].constant, methods[i].path);
        out_enumerator(out, methods[i].constant, i, methods[i].comment);
    }
    out_declare(out, past, node->path);
    out_printf(out, "    %s = %" PRIu32 "\n};\n\n", past, count);
    out_printf(
        out, "/* Clients: begin a call, then fill in what it gives; read the results of its answer."
             " */\n\n");
    for (uint32_t i = 0; i < count; i++)
        emit_client(model, out, node, &methods[i]);
    out_printf(
        out,
        "/*\n * Servers: whoever implements the interface defines the struct and the handlers. "
        "dispatch calls the\n * call's handler: handle is its second half. A deferred answer is "
        "begun "
        "anew by _resume.\n"
        " */\nstruct %s_service;\n\n",
        node->lower);
    for (uint32_t i = 0; i < count; i++)
        emit_server(model, out, node, &methods[i]);
    if (count > 0) {
        out_declare(out, arena_printf(model->arena, "%s_handle", node->lower), node->path);
        declare_handle(model, out, node, ";\n\n");
    }
    out_declare(out, arena_printf(model->arena, "%s_dispatch", node->lower), node->path);
    declare_dispatch(model, out, node, ";\n\n");
}

/* By itself, all that it needs is where it passes it on: each case is no more than a jump. */
static void emit_handle(const struct model *model, struct out *out, const struct node *node,
                        const struct method *methods, uint32_t count)
{
    out_printf(out, "\n");
    declare_handle(model, out, node, "\n{\n");
    out_printf(out, "    switch (call->method_id) {\n");
    for (uint32_t i = 0; i < count; i++) {
        out_printf(out, "    case %s: {\n", methods[i].constant);
        out_printf(out, "        struct %s_reader request = {params};\n", methods[i].params->lower);
        out_printf(out, "        struct %s_builder response = {results};\n\n",
                   methods[i].results->lower);
        out_printf(out, "        return %s(service, call, request, response);\n    }\n",
                   methods[i].handler);
    }
    out_printf(out, "    default:\n        return NX_UNIMPLEMENTED;\n    }\n}\n");
}

/* Does a byte hold each of their sizes? A table of them is in every program that serves. */
static bool results_are_small(const struct method *methods, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (struct_data_words(methods[i].results->r) > UINT8_MAX ||
            struct_pointers(methods[i].results->r) > UINT8_MAX)
            return false;
    return true;
}

void emit_dispatch(const struct model *model, struct out *out, const struct node *node)
{
    uint32_t count;
    struct method *methods = read_methods(model, node, &count);
    const char *upper = node->upper;

    if (count == 0) {
        out_printf(out, "\n");
        declare_dispatch(model, out, node, "\n{\n");
        out_printf(out, "    (void)service;\n    (void)call;\n    return NX_UNIMPLEMENTED;\n}\n");
        return;
    }
    emit_handle(model, out, node, methods, count);
    out_printf(out, "\n");
    declare_dispatch(model, out, node, "\n{\n");
    out_printf(out,
               "    static const struct {\n        %s data_words, pointers;\n"
               "    } sizes[] = {\n",
               results_are_small(methods, count) ? "uint8_t" : "uint16_t");
    for (uint32_t i = 0; i < count; i++)
        out_printf(out, "        {%s_DATA_WORDS, %s_POINTERS},\n", methods[i].results->upper,
                   methods[i].results->upper);
    out_printf(out,
               "    };\n    struct nx_struct_reader params;\n"
               "    struct nx_struct_builder results;\n\n"
               "    if (call->interface_id != %s_INTERFACE_ID || call->method_id >= %s_METHODS)\n"
               "        return NX_UNIMPLEMENTED;\n"
               "    params = nx_call_params(call);\n"
               "    results = nx_call_results(call, sizes[call->method_id].data_words,\n"
               "                              sizes[call->method_id].pointers);\n"
               "    return %s_handle(service, call, params, results);\n}\n",
               upper, upper, node->lower);
}
