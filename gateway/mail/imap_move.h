/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * imap_move - mails that are kept leave the selected folder, as a set: by MOVE, else
 * COPY, \Deleted and EXPUNGE of just these. The other folder is made when it isn't there.
 */
#ifndef GATEWAY_MAIL_IMAP_MOVE_H
#define GATEWAY_MAIL_IMAP_MOVE_H

#include "gateway/mail/imap_session.h"

/*
 * uids ascend. ERR_OK: none of them lies in the selected folder any more, as far as the
 * server says: it says OK too for one that somebody else took away. ERR_ACCESS: all lie
 * where they lay.
 */
int imap_move(struct imap *im, const uint32_t *uids, size_t n, const char *folder);

#endif
