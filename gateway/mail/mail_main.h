/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_main - odzivd --role=mail: the process of one mailbox. It is told everything on
 * descriptor 3, has no configuration of its own, and ends with the core.
 */
#ifndef GATEWAY_MAIL_MAIL_MAIN_H
#define GATEWAY_MAIL_MAIL_MAIN_H

#define MAIL_CORE_FD 3

/* An exit status. */
int mail_main(void);

#endif
