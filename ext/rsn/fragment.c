// SPDX-License-Identifier: BSD-2-Clause
/*
 * The fragment by libxml2's SAX interface. No tree is built and the text is read where it stands,
 * so no copy of the passphrase stays behind in the library's memory.
 */
#include "fragment_walk.h"

#include <errno.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

struct parse {
	xmlParserCtxtPtr library;
	struct walk walk;
};

static void stop_if(bool bad, struct parse *p)
{
	if (bad)
		xmlStopParser(p->library);
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int nnamespaces, const xmlChar **namespaces, int nattributes, int ndefaulted,
	const xmlChar **attributes)
{
	struct parse *p = (struct parse *)user;

	stop_if(!walk_open(&p->walk, (const char *)uri, (const char *)name), p);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	walk_close(&((struct parse *)user)->walk);
}

static void on_text(void *user, const xmlChar *text, int len)
{
	struct parse *p = (struct parse *)user;

	stop_if(!walk_text(&p->walk, (const char *)text, (size_t)len), p);
}

static void refuse(struct parse *p)
{
	p->walk.bad = true;
	xmlStopParser(p->library);
}

static void on_doctype(
	void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	refuse((struct parse *)user);
}

static void on_reference(void *user, const xmlChar *name)
{
	refuse((struct parse *)user);
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.internalSubset = on_doctype,
	.externalSubset = on_doctype,
	.reference = on_reference,
};

// Gives the parser the text in place, not a copy.
static int give_input(xmlParserCtxtPtr ctxt, const char *utf8, size_t len)
{
	xmlParserInputBufferPtr buffer =
		xmlParserInputBufferCreateStatic(utf8, (int)len, XML_CHAR_ENCODING_NONE);
	if (!buffer)
		return -ENOMEM;
	xmlParserInputPtr input = xmlNewIOInputStream(ctxt, buffer, XML_CHAR_ENCODING_NONE);
	if (!input) {
		xmlFreeParserInputBuffer(buffer);
		return -ENOMEM;
	}
	return inputPush(ctxt, input) < 0 ? -ENOMEM : 0;
}

void fragment_init(void)
{
	xmlInitParser();
}

int fragment_parse(const char *utf8, size_t len, struct fragment *out)
{
	struct parse p = {.walk = {.out = out}};

	*out = (struct fragment){0};
	if (len > FRAGMENT_MAX)
		return -E2BIG;
	xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
	if (!ctxt)
		return -ENOMEM;
	*ctxt->sax = handler;
	ctxt->userData = &p;
	p.library = ctxt;
	// The text is UTF-8 by now, whatever its declaration says.
	xmlCtxtUseOptions(ctxt,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC);
	int err = give_input(ctxt, utf8, len);
	if (!err) {
		xmlParseDocument(ctxt);
		err = !ctxt->wellFormed || p.walk.bad ? -EINVAL : 0;
	}
	xmlFreeParserCtxt(ctxt);
	return err;
}
