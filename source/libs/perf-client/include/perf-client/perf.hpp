// SPDX-License-Identifier: Apache-2.0
//
// perf.h for C++11 and later: what ends with its scope as objects. The macros of perf.h work here
// as well; these are for spans that are members, that end early, or that are begun by a condition.
//
//     static perf::site blur{PERF_SITE_OF("blur", "draw")};
//     perf::span span(blur);
//     if (done)
//         span.end();
#ifndef PERF_CLIENT_PERF_HPP
#define PERF_CLIENT_PERF_HPP

#include <cstdint>

#include "perf-client/perf.h"

namespace perf
{

#ifndef PERF_DISABLED

// A name and where it stands: static, one for each place that marks.
struct site {
    perf_site at;
};

#define PERF_SITE_OF(name, category) PERF_SITE(PERF_LANE_BEGIN, name, category, 0, 0, 0)

// From here to the end of the scope, or to end(). It stays in its thread.
class span
{
  public:
    explicit span(site &of) : token_(perf_begin_at(&of.at))
    {
    }
    span(site &of, std::int64_t value) : token_(perf_begin_value_at(&of.at, value))
    {
    }
    span(const span &) = delete;
    span &operator=(const span &) = delete;
    ~span()
    {
        end();
    }
    void end()
    {
        perf_end(token_);
        token_.word = 0;
    }

  private:
    perf_token token_;
};

#else

struct site {
    char nothing;
};

#define PERF_SITE_OF(name, category) 0

class span
{
  public:
    explicit span(site &)
    {
    }
    template <typename value> span(site &, value)
    {
    }
    span(const span &) = delete;
    span &operator=(const span &) = delete;
    ~span()
    {
    }
    void end()
    {
    }
};

#endif

// perf_open() for as long as it lives; result() is 0 where marks are on.
class client
{
  public:
    explicit client(const perf_options *options = nullptr) : result_(perf_open(options))
    {
    }
    client(const client &) = delete;
    client &operator=(const client &) = delete;
    ~client()
    {
        perf_close();
    }
    int result() const
    {
        return result_;
    }

  private:
    int result_;
};

} // namespace perf

#endif
