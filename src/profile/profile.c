// SPDX-License-Identifier: BSD-2-Clause
#include "profile/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "base/utf16.h"
#include "base/wipe.h"
#include "profile/xml.h"

#define NAMESPACE "http://www.microsoft.com/networking/WLAN/profile/v1"

static unsigned line_of(const xmlNode *node)
{
	long line = xmlGetLineNo(node);
	return line > 0 ? (unsigned)line : 0;
}

// Refuses the profile because of a node. -EINVAL.
#define REFUSE(err, node, ...) xml_fail((err), -EINVAL, line_of(node), __VA_ARGS__)

static int out_of_memory(struct profile_error *err)
{
	return xml_fail(err, -ENOMEM, 0, "out of memory");
}

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns &&
	       strcmp((const char *)node->ns->href, NAMESPACE) == 0 &&
	       strcmp((const char *)node->name, name) == 0;
}

// The next sibling, starting with `node` itself, that has this name in the profile's namespace.
static const xmlNode *next_element(const xmlNode *node, const char *name)
{
	while (node && !is_element(node, name))
		node = node->next;
	return node;
}

// The one child of that name. Absent: NULL if optional. Twice: refused, whichever was meant.
static int find_child(const xmlNode *parent, const char *name, bool required, const xmlNode **out,
	struct profile_error *err)
{
	*out = next_element(parent->children, name);
	if (!*out && required)
		return REFUSE(err, parent, "<%s> has no <%s>", parent->name, name);
	if (*out) {
		const xmlNode *second = next_element((*out)->next, name);
		if (second)
			return REFUSE(
				err, second, "<%s> has more than one <%s>", parent->name, name);
	}
	return 0;
}

// The text of an element that may have no elements inside. The caller frees `*out`.
static int read_text(const xmlNode *node, char **out, struct profile_error *err)
{
	for (const xmlNode *child = node->children; child; child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			return REFUSE(err, child,
				"<%s> has an element <%.40s> inside, expected text", node->name,
				child->name);
	}
	xmlChar *text = xmlNodeGetContent(node);
	*out = text ? strdup((const char *)text) : NULL;
	xmlFree(text);
	return *out ? 0 : out_of_memory(err);
}

// Text without the blanks around it, as a schema's token. `*start` is inside `*out`, which the
// caller frees.
static int read_token(const xmlNode *node, char **out, char **start, struct profile_error *err)
{
	static const char blanks[] = " \t\r\n";
	int error = read_text(node, out, err);
	if (error)
		return error;
	*start = *out + strspn(*out, blanks);
	size_t len = strlen(*start);
	while (len > 0 && strchr(blanks, (*start)[len - 1]))
		(*start)[--len] = '\0';
	return 0;
}

// A child that holds one of two words. Absent: `*out` stays. `words[0]` stands for false.
static int read_choice(const xmlNode *parent, const char *name, const char *const words[2],
	bool required, bool *out, struct profile_error *err)
{
	const xmlNode *node = NULL;
	_cleanup_free_ char *text = NULL;
	char *word = NULL;
	int error = find_child(parent, name, required, &node, err);
	if (error || !node)
		return error;
	error = read_token(node, &text, &word, err);
	if (error)
		return error;
	for (int i = 0; i < 2; i++) {
		if (strcmp(word, words[i]) == 0) {
			*out = i == 1;
			return 0;
		}
	}
	return REFUSE(err, node, "<%s> is '%.40s', expected '%s' or '%s'", name, word, words[0],
		words[1]);
}

// xs:boolean, which also has the forms 0 and 1. Absent: `*out` stays.
static int read_bool(const xmlNode *parent, const char *name, bool *out, struct profile_error *err)
{
	static const char *const digits[] = {"0", "1"};
	static const char *const words[] = {"false", "true"};
	if (read_choice(parent, name, digits, false, out, err) == 0)
		return 0;
	return read_choice(parent, name, words, false, out, err);
}

// xs:hexBinary. Returns the number of octets or a negative errno.
static ssize_t read_hex(const xmlNode *node, uint8_t *out, size_t cap, struct profile_error *err)
{
	_cleanup_free_ char *text = NULL;
	char *digits = NULL;
	int error = read_token(node, &text, &digits, err);
	if (error)
		return error;
	size_t n = strlen(digits);
	if (n > 2 * cap)
		return REFUSE(err, node, "<%s> has %zu hexadecimal digits, at most %zu are allowed",
			node->name, n, 2 * cap);
	ssize_t len = hex_decode(digits, n, out, cap);
	if (len < 0)
		return REFUSE(
			err, node, "<%s> is not an even number of hexadecimal digits", node->name);
	return len;
}

static int read_exact_hex(const xmlNode *parent, const char *name, uint8_t *out, size_t want,
	struct profile_error *err)
{
	const xmlNode *node = NULL;
	int error = find_child(parent, name, true, &node, err);
	if (error)
		return error;
	ssize_t len = read_hex(node, out, want, err);
	if (len < 0)
		return (int)len;
	if ((size_t)len != want)
		return REFUSE(err, node, "<%s> has %zd octets, expected %zu", name, len, want);
	return 0;
}

static int read_profile_name(const xmlNode *root, struct profile *p, struct profile_error *err)
{
	const xmlNode *node = NULL;
	int error = find_child(root, "name", true, &node, err);
	if (!error)
		error = read_text(node, &p->name, err);
	if (error)
		return error;
	if (p->name[0] == '\0')
		return REFUSE(err, node, "the profile's <name> is empty");
	if (xmlUTF8Strlen((const xmlChar *)p->name) > PROFILE_MAX_NAME)
		return REFUSE(err, node, "the profile's <name> is longer than %d characters",
			PROFILE_MAX_NAME);
	return 0;
}

// An SSID written as text: its octets in UTF-8.
static int read_ssid_name(const xmlNode *node, struct profile_ssid *ssid, struct profile_error *err)
{
	_cleanup_free_ char *text = NULL;
	int error = read_text(node, &text, err);
	if (error)
		return error;
	size_t len = strlen(text);
	if (len > PROFILE_SSID_LEN)
		return REFUSE(err, node, "the SSID is %zu octets long, at most %d are allowed", len,
			PROFILE_SSID_LEN);
	memcpy(ssid->data, text, len);
	ssid->len = (uint8_t)len;
	return 0;
}

static int read_ssid_hex(const xmlNode *node, struct profile_ssid *ssid, struct profile_error *err)
{
	ssize_t len = read_hex(node, ssid->data, sizeof(ssid->data), err);
	if (len < 0)
		return (int)len;
	ssid->len = (uint8_t)len;
	return 0;
}

// <SSID>: <hex>, <name> or both, which then must say the same.
static int read_ssid(const xmlNode *node, struct profile_ssid *ssid, struct profile_error *err)
{
	struct profile_ssid by_hex = {0}, by_name = {0};
	const xmlNode *hex = NULL, *name = NULL;
	int error = find_child(node, "hex", false, &hex, err);
	if (!error)
		error = find_child(node, "name", false, &name, err);
	if (!error && hex)
		error = read_ssid_hex(hex, &by_hex, err);
	if (!error && name)
		error = read_ssid_name(name, &by_name, err);
	if (error)
		return error;
	if (!hex && !name)
		return REFUSE(err, node, "<SSID> has neither <hex> nor <name>");
	if (hex && name && memcmp(&by_hex, &by_name, sizeof(by_hex)) != 0)
		return REFUSE(err, node, "<hex> and <name> of an <SSID> differ");
	*ssid = hex ? by_hex : by_name;
	if (ssid->len == 0)
		return REFUSE(err, node, "an SSID is empty");
	return 0;
}

static int add_ssid(const xmlNode *node, struct profile *p, struct profile_error *err)
{
	if (p->nssids == PROFILE_MAX_SSIDS)
		return xml_fail(
			err, -E2BIG, line_of(node), "more than %d SSIDs", PROFILE_MAX_SSIDS);
	struct profile_ssid ssid;
	int error = read_ssid(node, &ssid, err);
	if (error)
		return error;
	struct profile_ssid *more = reallocarray(p->ssids, p->nssids + 1, sizeof(*more));
	if (!more)
		return out_of_memory(err);
	p->ssids = more;
	p->ssids[p->nssids++] = ssid;
	return 0;
}

static int read_ssid_config(const xmlNode *config, struct profile *p, struct profile_error *err)
{
	const xmlNode *node = next_element(config->children, "SSID");
	if (!node)
		return REFUSE(err, config, "<SSIDConfig> has no <SSID>");
	for (; node; node = next_element(node->next, "SSID")) {
		int error = add_ssid(node, p, err);
		if (error)
			return error;
	}
	bool nonbroadcast = false;
	int error = read_bool(config, "nonBroadcast", &nonbroadcast, err);
	p->nonbroadcast = p->nonbroadcast || nonbroadcast;
	return error;
}

static int read_ssids(const xmlNode *root, struct profile *p, struct profile_error *err)
{
	const xmlNode *node = next_element(root->children, "SSIDConfig");
	if (!node)
		return REFUSE(err, root, "<WLANProfile> has no <SSIDConfig>");
	for (; node; node = next_element(node->next, "SSIDConfig")) {
		int error = read_ssid_config(node, p, err);
		if (error)
			return error;
	}
	return 0;
}

// The schema's defaults: an infrastructure network is joined automatically, an independent one
// never.
static int read_connection(const xmlNode *root, struct profile *p, struct profile_error *err)
{
	static const char *const types[] = {"ESS", "IBSS"};
	static const char *const modes[] = {"manual", "auto"};
	bool independent = false;
	int error = read_choice(root, "connectionType", types, true, &independent, err);
	if (error)
		return error;
	p->bss_type = independent ? PROFILE_BSS_INDEPENDENT : PROFILE_BSS_INFRASTRUCTURE;
	p->automatic = !independent;
	error = read_choice(root, "connectionMode", modes, false, &p->automatic, err);
	if (error)
		return error;
	if (independent && p->automatic)
		return REFUSE(err, root,
			"<connectionMode> must be 'manual' where <connectionType> is 'IBSS'");
	return 0;
}

static int read_fragment(
	const xmlNode *ihv, const char *name, uint16_t **out, struct profile_error *err)
{
	const xmlNode *node = NULL;
	int error = find_child(ihv, name, false, &node, err);
	if (error || !node)
		return error;
	error = xml_inner(node, out);
	return error ? out_of_memory(err) : 0;
}

static int read_ihv(const xmlNode *ihv, struct profile *p, struct profile_error *err)
{
	const xmlNode *header = NULL;
	int error = find_child(ihv, "OUIHeader", true, &header, err);
	if (!error)
		error = read_exact_hex(header, "OUI", p->oui, sizeof(p->oui), err);
	if (!error)
		error = read_exact_hex(header, "type", &p->ihv_type, 1, err);
	if (!error)
		error = read_fragment(ihv, "connectivity", &p->connectivity, err);
	if (!error)
		error = read_fragment(ihv, "security", &p->security, err);
	if (!error)
		error = read_bool(ihv, "useMSOneX", &p->use_ms_onex, err);
	p->has_ihv = !error;
	return error;
}

static int read_security(const xmlNode *root, struct profile *p, struct profile_error *err)
{
	const xmlNode *msm = NULL, *ms_security = NULL, *ihv = NULL;
	int error = find_child(root, "MSM", false, &msm, err);
	if (!error && msm)
		error = find_child(msm, "security", false, &ms_security, err);
	if (!error)
		error = find_child(root, "IHV", false, &ihv, err);
	if (!error && ihv)
		error = read_ihv(ihv, p, err);
	if (error)
		return error;
	p->has_ms_security = ms_security != NULL;
	// "IHV (WLANProfile) element": with both the profile is invalid. useMSOneX is the reason to
	// have both.
	if (p->has_ms_security && p->security && !p->use_ms_onex)
		return REFUSE(err, ms_security,
			"both <MSM> and <IHV> have <security>, and <useMSOneX> is false");
	return 0;
}

static int read_profile(const xmlNode *root, struct profile *p, struct profile_error *err)
{
	if (strcmp((const char *)root->name, "WLANProfile") != 0)
		return REFUSE(err, root, "the root element is <%.40s>, expected <WLANProfile>",
			root->name);
	if (!is_element(root, "WLANProfile"))
		return REFUSE(err, root, "<WLANProfile> is not in the namespace " NAMESPACE);
	int error = read_profile_name(root, p, err);
	if (!error)
		error = read_ssids(root, p, err);
	if (!error)
		error = read_connection(root, p, err);
	if (!error)
		error = read_security(root, p, err);
	return error;
}

int profile_parse(const char *buf, size_t len, struct profile **out, struct profile_error *err)
{
	xmlDoc *doc = NULL;
	*out = NULL;
	*err = (struct profile_error){0};
	int error = xml_tree_parse(buf, len, &doc, err);
	if (error)
		return error;
	struct profile *p = calloc(1, sizeof(*p));
	error = p ? read_profile(xmlDocGetRootElement(doc), p, err) : out_of_memory(err);
	xml_tree_free(doc);
	if (error) {
		profile_free(p);
		return error;
	}
	*err = (struct profile_error){0};
	*out = p;
	return 0;
}

// Reads until the end or until `cap` is full. Returns the number of octets or a negative errno.
static ssize_t read_all(int fd, char *buf, size_t cap)
{
	size_t len = 0;
	while (len < cap) {
		ssize_t n = read(fd, buf + len, cap - len);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			len += (size_t)n;
	}
	return (ssize_t)len;
}

int profile_load(const char *path, struct profile **out, struct profile_error *err)
{
	*out = NULL;
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return xml_fail(err, -errno, 0, "cannot be opened: %s", strerror(errno));
	size_t cap =
		PROFILE_MAX_BYTES + 1; // one more than allowed, so that profile_parse() sees it
	_cleanup_free_ char *buf = malloc(cap);
	if (!buf)
		return out_of_memory(err);
	ssize_t len = read_all(fd, buf, cap);
	int error = (int)len;
	if (len < 0)
		(void)xml_fail(err, error, 0, "cannot be read: %s", strerror(-error));
	else
		error = profile_parse(buf, (size_t)len, out, err);
	if (len > 0)
		wipe(buf, (size_t)len);
	return error;
}

int profile_minimal(const uint8_t *ssid, size_t len, struct profile **out)
{
	*out = NULL;
	if (len == 0 || len > PROFILE_SSID_LEN)
		return -EINVAL;
	struct profile *p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->name = strdup("default");
	p->ssids = calloc(1, sizeof(*p->ssids));
	if (!p->name || !p->ssids) {
		profile_free(p);
		return -ENOMEM;
	}
	p->bss_type = PROFILE_BSS_INFRASTRUCTURE;
	p->nssids = 1;
	p->ssids[0].len = (uint8_t)len;
	memcpy(p->ssids[0].data, ssid, len);
	*out = p;
	return 0;
}

static void free_fragment(uint16_t *fragment)
{
	if (fragment)
		wipe(fragment, utf16_len(fragment) * sizeof(*fragment));
	free(fragment);
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	free_fragment(p->connectivity);
	free_fragment(p->security);
	free(p->ssids);
	free(p->name);
	free(p);
}
