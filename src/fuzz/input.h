// SPDX-License-Identifier: BSD-2-Clause
/*
 * An input of the fuzzer: what a module is given from outside in one run, as a sequence of records.
 * A file holds one input (doc/fuzz.md, "Inputs"): for each record its type, its flags, the length
 * of what follows in two bytes, the low one first, and that many bytes.
 */
#ifndef OPENIHV_FUZZ_INPUT_H
#define OPENIHV_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define INPUT_RECORDS 32
#define RECORD_BYTES  2048 /* of one record, at most */
#define RECORD_HEAD   4
#define INPUT_BYTES   (INPUT_RECORDS * (RECORD_HEAD + RECORD_BYTES)) /* of a file, at most */

enum record_type {
	RECORD_PACKET = 1,   /* EtherType, the high byte first, and the packet behind it */
	RECORD_ELEMENTS,     /* of the AP's beacon and its association response */
	RECORD_SECURITY,     /* UTF-8: the profile's fragment of that name */
	RECORD_CONNECTIVITY, /* likewise */
	RECORD_INDICATION,   /* a byte: which one (record_indication()), and its buffer */
	RECORD_CONTROL,      /* room for the answer, the low byte first, and the request */
	RECORD_UI_RESPONSE,  /* what the user answers */
	RECORD_TYPES
};

/* Flags of a packet. EtherType 0 stands for the first one that the module has registered. */
#define PACKET_REPLACE 0x01u /* in place of the next one that the AP sends; else one more */
#define PACKET_FRESH   0x02u /* an EAPOL-Key frame gets a replay counter, and a nonce, that fit */
#define PACKET_SEAL    0x04u /* ... its key data, which stand in clear, encrypted, and its MIC */
#define PACKET_LIE     0x08u /* ... with its lengths left as they are */
#define PACKET_FLAGS   0x0Fu

/* Flags of elements. Of no flag for a place: beacon and response. */
#define ELEMENTS_REPLACE  0x01u /* all of the AP's; else they come behind them */
#define ELEMENTS_BEACON   0x10u
#define ELEMENTS_RESPONSE 0x20u
#define ELEMENTS_REQUEST  0x40u /* as the module is told what the station has sent */
#define ELEMENTS_PLACES   0x70u

struct record {
	uint8_t type, flags;
	uint16_t length;
	uint8_t bytes[RECORD_BYTES];
};

struct input {
	unsigned count;
	struct record records[INPUT_RECORDS];
};

/* What is no sequence of records is one packet of EAPOL, cut to what a record holds: any folder of
 * files is a corpus. */
void input_read(const void *bytes, size_t length, struct input *out);
/* Into room of INPUT_BYTES; how many they are. */
size_t input_write(const struct input *in, uint8_t *room);
void input_copy(struct input *to, const struct input *from);
/* At the end, with bytes beyond RECORD_BYTES cut. NULL: there is no room for one more. */
struct record *input_append(
	struct input *in, enum record_type type, uint8_t flags, const void *bytes, size_t length);
void input_remove(struct input *in, unsigned at);
/* Bytes of its records together. */
size_t input_size(const struct input *in);

const char *record_name(enum record_type type);
/* By name; RECORD_TYPES: there is none. */
enum record_type record_by_name(const char *name);
/* The indications that a record may name in its first byte: any number is one of them. */
#define RECORD_INDICATIONS 5u
const char *record_indication(uint8_t byte);

/* A record in words, in one line: "packet in place of the AP's next: EAPOL-Key, pairwise 3, ...".
 * Returns room. */
const char *record_text(const struct record *r, char *room, size_t length);
/* All records in words, each with its bytes in hexadecimal, lines beginning with indent. */
void input_show(FILE *f, const struct input *in, const char *indent);

#endif
