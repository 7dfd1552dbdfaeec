// SPDX-License-Identifier: BSD-2-Clause
/* A crossing in words that a person can follow. */
#include "trace/describe.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/syscall.h"

#define ETHERTYPE_EAPOL 0x888E

static const struct number_name {
	uint32_t value;
	const char *name;
} statuses[] =
	{
		{0, "success"},
		{1, "failure"},
		{2, "unreachable"},
		{3, "radio off"},
		{4, "PHY disabled"},
		{5, "cancelled"},
		{6, "candidate list exhausted"},
		{7, "disassociated by the system"},
		{8, "disassociated by roaming"},
		{9, "disassociated by reset"},
		{0xA, "system error"},
		{0xB, "better AP found"},
		{0xC, "association lost"},
		{0xD, "ad hoc"},
},
  reasons[] =
	  {
		  {0, "success"},
		  {0x2800B, "network not available"},
		  {0x38001, "user cancelled"},
		  {0x38002, "association failure"},
		  {0x38003, "association timeout"},
		  {0x38004, "pre-association security failure"},
		  {0x38005, "security could not be started"},
		  {0x38006, "security failure"},
		  {0x38007, "security timeout"},
		  {0x3800C, "driver operation failure"},
		  {0x38011, "the user gave no answer (--ui-response gives one)"},
		  {0x3800E, "the module does not respond"},
		  {0x80007, "security of the profile is not supported by the module"},
},
  errors[] = {
	  {0, "success"},
	  {1223, "cancelled"},
	  {1225, "connection refused"},
	  {1168, "not found"},
	  {1326, "logon failure: the credential is wrong"},
	  {86, "invalid password: the credential is wrong"},
	  {1460, "timeout"},
	  {87, "invalid parameter"},
	  {50, "not supported"},
	  {11, "bad format"},
	  {13, "invalid data"},
	  {1206, "bad profile"},
	  {14, "out of memory"},
	  {8, "not enough memory"},
	  {31, "device failure"},
};

static const char *find(const struct number_name *list, size_t count, uint32_t value)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].value == value)
			return list[i].name;
	return NULL;
}

#define FIND(list, value) find(list, sizeof(list) / sizeof((list)[0]), value)

const char *status_text(uint32_t status, char *room, size_t length)
{
	const char *name = FIND(statuses, status);

	/* Ranges, not bits: 0x30000 holds both of the others (contract 6.2). */
	if (name)
		snprintf(room, length, "%s", name);
	else if (status >= 0x10000 && status <= 0x1FFFF)
		snprintf(room, length, "deauthenticated by the AP, 802.11 reason %u",
			status & 0xFFFF);
	else if (status >= 0x20000 && status <= 0x2FFFF)
		snprintf(
			room, length, "disassociated by the AP, 802.11 reason %u", status & 0xFFFF);
	else if (status >= 0x30000 && status <= 0x3FFFF)
		snprintf(room, length, "refused by the AP, 802.11 status %u", status & 0xFFFF);
	else
		snprintf(room, length, "status 0x%x", status);
	return room;
}

const char *reason_text(uint32_t reason, char *room, size_t length)
{
	const char *name = FIND(reasons, reason);

	if (name)
		snprintf(room, length, "reason 0x%x, %s", reason, name);
	else if (reason >= 0x90000 && reason <= 0x9FFFF)
		snprintf(room, length, "reason 0x%x of the module's own", reason);
	else
		snprintf(room, length, "reason 0x%x", reason);
	return room;
}

const char *error_text(uint32_t error, char *room, size_t length)
{
	const char *name = FIND(errors, error);

	if (name)
		snprintf(room, length, "error %u, %s", error, name);
	else
		snprintf(room, length, "error %u", error);
	return room;
}

/* 802.11-2020, 12.7.2: which message the key information of an EAPOL-Key frame says it is. */
static const char *eapol_message(const struct crossing *x)
{
	uint16_t info;

	if (x->data_length < 7 || x->data[1] != 3)
		return "EAPOL";
	info = (uint16_t)(x->data[5] << 8 | x->data[6]);
	if (!(info & 0x0008))
		return info & 0x0080 ? "group message 1" : "group message 2";
	if (info & 0x0080)
		return info & 0x0100 ? "message 3" : "message 1";
	return info & 0x0200 ? "message 4" : "message 2";
}

static const char *auth_name(uint32_t v)
{
	return v == 1            ? "open system"
	       : v == 7          ? "RSNA with PSK"
	       : v == 0x80000006 ? "RSNA with PSK-SHA256"
				 : "other";
}

static const char *cipher_name(uint32_t v)
{
	static const char *const names[] = {
		[0] = "none", [2] = "TKIP", [4] = "CCMP", [6] = "BIP", [8] = "GCMP"};

	return v < sizeof(names) / sizeof(names[0]) && names[v] ? names[v] : "other";
}

struct text {
	char *room;
	size_t length;
	char peer[MAC_TEXT_SIZE];
};

/* A security packet: a message of the handshake, or what the vendor made. */
static void packet(
	const struct crossing *x, uint64_t ethertype, const struct text *t, const char *name)
{
	if (ethertype == ETHERTYPE_EAPOL)
		snprintf(t->room, t->length, "%s: %s", name, eapol_message(x));
	else
		snprintf(t->room, t->length, "%s: EtherType 0x%04x", name, (unsigned)ethertype);
}

static void handler(const struct crossing *x, const struct text *t, const char *name)
{
	char status[64];

	switch ((enum crossing_fn)x->fn) {
	case FN_INIT_ADAPTER:
		snprintf(t->room, t->length, "%s%s", name, x->handle ? ": a virtual station" : "");
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		snprintf(t->room, t->length, "%s(%s)", name, t->peer);
		break;
	case FN_STOP_POST_ASSOCIATE:
		snprintf(t->room, t->length, "%s(%s): %s", name, t->peer,
			status_text(x->reason, status, sizeof(status)));
		break;
	case FN_RECEIVE_PACKET:
		packet(x, x->receive_packet.ethertype, t, name);
		break;
	case FN_SEND_PACKET_COMPLETION:
	case FN_IS_UI_REQUEST_PENDING:
	case FN_QUERY_UI_REQUEST:
		break; /* every packet and every connect has one; the trace tells */
	default:
		snprintf(t->room, t->length, "%s", name);
		break;
	}
}

static void completion(const struct crossing *x, const struct text *t, const char *name)
{
	char reason[96], error[96];

	if (x->pre_associate_completion.error == 0)
		snprintf(t->room, t->length, "%s: success", name);
	else
		snprintf(t->room, t->length, "%s: %s; %s", name,
			error_text(x->pre_associate_completion.error, error, sizeof(error)),
			reason_text(x->reason, reason, sizeof(reason)));
}

static void function(const struct crossing *x, const struct text *t, const char *name)
{
	switch ((enum crossing_fn)x->fn) {
	case FN_PRE_ASSOCIATE_COMPLETION:
	case FN_POST_ASSOCIATE_COMPLETION:
		completion(x, t, name);
		break;
	case FN_SEND_PACKET:
		packet(x, x->send_packet.ethertype, t, name);
		break;
	case FN_SET_AUTH_ALGORITHM:
		snprintf(t->room, t->length, "%s: %s", name,
			auth_name(x->set_auth_algorithm.algorithm));
		break;
	case FN_SET_UNICAST_CIPHER_ALGORITHM:
	case FN_SET_MULTICAST_CIPHER_ALGORITHM:
		snprintf(t->room, t->length, "%s: %s", name,
			cipher_name(x->set_auth_algorithm.algorithm));
		break;
	case FN_SET_KEY_MAPPING_KEY:
		snprintf(t->room, t->length, "%s: %s, pairwise for %s", name,
			cipher_name(x->set_key_mapping_key.algorithm), t->peer);
		break;
	case FN_SET_DEFAULT_KEY:
		snprintf(t->room, t->length, "%s: %s, group key %u", name,
			cipher_name(x->set_default_key.algorithm), x->set_default_key.index);
		break;
	case FN_ALLOCATE_BUFFER:
	case FN_FREE_BUFFER:
	case FN_NIC_SPECIFIC_EXTENSION:
		break;
	default:
		snprintf(t->room, t->length, "%s", name);
		break;
	}
}

static void died(const struct crossing *x, const struct text *t)
{
	const uint32_t fn = x->module_died.function;
	const char *name = fn < FN_COUNT ? crossing_name((enum crossing_fn)fn) : "";
	const char *inside = fn < FN_COUNT ? " in " : "";
	char cause[64];

	cause_text((enum module_end)x->module_died.how, x->module_died.code,
		x->module_died.deadline != 0, cause, sizeof(cause));
	snprintf(t->room, t->length, "the module died%s%s%s%s", cause[0] ? ": " : "", cause, inside,
		name);
}

static void trespass(const struct crossing *x, const struct text *t)
{
	static const char *const seen[] = {
		[TRESPASS_WRITE] = "wrote to an input",
		[TRESPASS_LATE_READ] = "read an input after the handler returned",
		[TRESPASS_LATE_WRITE] = "wrote to an input after the handler returned",
		[TRESPASS_GIVEN] = "used a buffer that it had given away",
		[TRESPASS_PACKET] = "wrote to a packet that was not sent yet",
		[TRESPASS_TABLE] = "read the tables of InitService after it had returned",
		[TRESPASS_SYSTEM] = "was refused the system call ",
	};
	const uint32_t what = x->module_trespass.what, fn = x->module_trespass.function;
	const bool call = what == TRESPASS_SYSTEM;

	snprintf(t->room, t->length, "trespass: the module %s%s%s%s",
		what < sizeof(seen) / sizeof(seen[0]) ? seen[what] : "went too far",
		call ? system_call_name(x->module_trespass.code) : "", fn < FN_COUNT ? ": " : "",
		fn < FN_COUNT ? crossing_name((enum crossing_fn)fn) : "");
}

static void point(const struct crossing *x, const struct text *t, const char *name)
{
	char status[64];

	switch ((enum crossing_fn)x->fn) {
	case FN_IND_ASSOCIATION_START:
		snprintf(t->room, t->length, "association with %s begins", t->peer);
		break;
	case FN_IND_ASSOCIATION_COMPLETION:
		snprintf(t->room, t->length, "association with %s: %s", t->peer,
			status_text(x->reason, status, sizeof(status)));
		break;
	case FN_IND_CONNECTION_COMPLETION:
	case FN_IND_ROAMING_COMPLETION:
		snprintf(t->room, t->length, "%s: %s",
			x->fn == FN_IND_ROAMING_COMPLETION ? "roaming" : "connection",
			status_text(x->reason, status, sizeof(status)));
		break;
	case FN_IND_ROAMING_START:
		snprintf(t->room, t->length, "roaming begins: %s",
			status_text(x->reason, status, sizeof(status)));
		break;
	case FN_IND_DISASSOCIATION:
		snprintf(t->room, t->length, "disassociation: %s",
			status_text(x->reason, status, sizeof(status)));
		break;
	case FN_IND_REMOVED:
		snprintf(t->room, t->length, "the device is gone");
		break;
	case FN_PORT_CREATED:
		snprintf(t->room, t->length, "port to %s created, not authorised", t->peer);
		break;
	case FN_PORT_GATE:
		snprintf(t->room, t->length,
			x->port_gate.open ? "port to %s AUTHORISED" : "port to %s closed", t->peer);
		break;
	case FN_PORT_DELETED:
		snprintf(t->room, t->length, "port to %s deleted", t->peer);
		break;
	case FN_DATA_PASSED:
		snprintf(t->room, t->length, "data %s, %u bytes",
			x->data_passed.outbound ? "sent" : "received", x->data_passed.length);
		break;
	case FN_DATA_REFUSED:
		snprintf(t->room, t->length, "data refused at the closed port, %u bytes",
			x->data_refused.length);
		break;
	case FN_ADAPTER_DOWN:
		snprintf(t->room, t->length, "adapter %s",
			x->adapter_down.removed ? "is removed" : "is disabled");
		break;
	case FN_HANDLER_OVERDUE:
		snprintf(t->room, t->length, "%s has not returned in time",
			x->handler_overdue.function < FN_COUNT
				? crossing_name((enum crossing_fn)x->handler_overdue.function)
				: "a handler");
		break;
	case FN_MODULE_DIED:
		died(x, t);
		break;
	case FN_MODULE_TRESPASS:
		trespass(x, t);
		break;
	case FN_IND_PACKET:
	case FN_OID_PORT_STATE:
	case FN_IND_CONNECTION_START:
	case FN_BUFFER_TAKEN:
	case FN_BUFFER_RELEASED:
	case FN_LISTS_CLEARED:
		break; /* said by a neighbour */
	default:
		snprintf(t->room, t->length, "%s", name);
		break;
	}
}

void describe(const struct crossing *x, char *who, size_t who_room, char *what, size_t what_room)
{
	static const char *const actors[] = {"host >", "< module", "host", "radio", "host"};
	enum crossing_border border = crossing_border((enum crossing_fn)x->fn);
	const char *name = crossing_name((enum crossing_fn)x->fn);
	struct text t = {.room = what, .length = what_room};
	struct mac peer = mac_from_u64(x->peer);
	char error[96];

	what[0] = '\0';
	mac_format(&peer, t.peer);
	snprintf(who, who_room, "%s", actors[border]);
	if (x->phase == PHASE_EXIT) {
		/* A return is worth a line if it is not what everybody expects. */
		if (x->result && x->fn != FN_QUERY_UI_REQUEST)
			snprintf(what, what_room, "%s returned %s", name,
				error_text(x->result, error, sizeof(error)));
	} else if (border == BORDER_HANDLER) {
		handler(x, &t, name);
	} else if (border == BORDER_FUNCTION) {
		function(x, &t, name);
	} else {
		point(x, &t, name);
	}
}
