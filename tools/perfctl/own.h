/* SPDX-License-Identifier: Apache-2.0 */
/* A perfd of perfctl's own, for what is played or made up. Its clock is whoever drives it. */
#ifndef PERFCTL_OWN_H
#define PERFCTL_OWN_H

#include "perf.capnp.h"
#include "replay/port.h"

struct perfd;
struct perfd_config;
struct perfd_metrics;

/* NULL: such limits make none, or need more memory than 1 GiB. */
struct perfd *own_perfd(const struct perfd_config *config, bool janks, struct perfd_port *port);

/* Its figures as a service would send them, of a session that is shown with this id; good until the
 * next call. */
struct perf_metrics_reader own_metrics(const struct perfd *perfd,
                                       const struct perfd_metrics *metrics, uint32_t session,
                                       struct nx_message *message);

#endif
