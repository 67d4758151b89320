/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the drivers ask of whoever links them in: a way to sleep. An image has one definition for
 * each program in it (M-mode: wfi and the PLIC; U-mode: a call to the monitor), and a driver knows
 * neither mode nor hart.
 */
#ifndef DRIVERS_DRIVER_H
#define DRIVERS_DRIVER_H

/*
 * Sleeps until a device of the calling hart has raised its interrupt since the last call returned,
 * and may return early, for any reason: the caller looks at its ring and calls again. Has claimed
 * and completed the interrupt at the PLIC when it returns; the driver acknowledges it at the
 * device. There is no time limit: whoever owns the hart may bound it.
 */
void driver_wait(void);

#endif
