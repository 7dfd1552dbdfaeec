// SPDX-License-Identifier: BSD-2-Clause
/* What both halves of a saved report agree on. */
#ifndef OPENIHV_VERIFY_REPORT_FORMAT_H
#define OPENIHV_VERIFY_REPORT_FORMAT_H

#define REPORT_FORMAT 1
#define REPORT_BYTES  (16u << 20) /* of a file; 512 findings take about 6 MiB */

#endif
