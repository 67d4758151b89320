/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/channel.h"

#define OPEN 1u

static uint32_t load(const _Atomic uint32_t *word)
{
    return atomic_load_explicit(word, memory_order_acquire);
}

static void store(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store_explicit(word, value, memory_order_release);
}

/* The number after the one in a word, closed. */
static uint32_t next_word(uint32_t word)
{
    return (word | OPEN) + 1;
}

void channel_init(struct channel *channel)
{
    store(&channel->client_word, 0);
    store(&channel->service_word, 0);
    ring_reset(&channel->to_service);
    ring_reset(&channel->to_client);
}

void channel_serve(struct channel_end *end, struct channel *channel)
{
    *end = (struct channel_end){.channel = channel, .word = load(&channel->service_word)};
}

enum channel_change channel_poll(struct channel_end *end)
{
    uint32_t word = load(&end->channel->client_word);
    if (word == end->word)
        return CHANNEL_SAME;
    end->word = word;
    if ((word & OPEN) != 0)
        return CHANNEL_OPENED;
    store(&end->channel->service_word, word);
    return CHANNEL_CLOSED;
}

void channel_accept(struct channel_end *end)
{
    ring_reset(&end->channel->to_service);
    ring_reset(&end->channel->to_client);
    end->in = ring_consume(&end->channel->to_service);
    end->out = ring_produce(&end->channel->to_client);
    store(&end->channel->service_word, end->word);
}

/* The word stays as the client wrote it: it is old news until the client writes another. */
void channel_refuse(struct channel_end *end)
{
    store(&end->channel->service_word, end->word & ~OPEN);
}

void channel_ask(struct channel_end *end, struct channel *channel)
{
    uint32_t word = next_word(load(&channel->client_word)) | OPEN;
    *end = (struct channel_end){.channel = channel, .word = word};
    end->in = ring_consume(&channel->to_client);
    end->out = ring_produce(&channel->to_service);
    store(&channel->client_word, word);
}

enum channel_answer channel_answer(struct channel_end *end)
{
    uint32_t answer = load(&end->channel->service_word);
    if (answer == end->word)
        return CHANNEL_STANDS;
    return answer == (end->word & ~OPEN) ? CHANNEL_REFUSED : CHANNEL_PENDING;
}

void channel_hang_up(struct channel *channel)
{
    store(&channel->client_word, next_word(load(&channel->client_word)));
}
