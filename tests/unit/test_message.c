// SPDX-License-Identifier: BSD-2-Clause
/* Messages between host and worker: there and back, cut off, corrupted, and what must not cross. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tests/lib/message_samples.h"
#include "worker/message.h"
#include "worker/shapes.h"

#define ROOM (1u << 20)

static struct samples samples;
static uint8_t first[ROOM], second[ROOM];

/* Lengths of what was written; the test fails if it was not. */
static size_t put_call(uint8_t *to, const struct handler_call *c)
{
	struct writer w = writer_init(to, ROOM);

	message_put_call(&w, c);
	assert_true(writer_ok(&w));
	return w.len;
}

static size_t put_function(
	uint8_t *to, const struct function_call *f, const struct block_source *blocks)
{
	struct writer w = writer_init(to, ROOM);

	message_put_function(&w, f, blocks);
	assert_true(writer_ok(&w));
	return w.len;
}

/* From a block of its own of just this size, so that a sanitizer sees a read beyond it. */
static int get_call(const uint8_t *from, size_t n, struct arena *a, struct handler_call *c)
{
	_cleanup_free_ uint8_t *copy = malloc(n ? n : 1);
	struct reader r;

	assert_non_null(copy);
	memcpy(copy, from, n);
	r = reader_init(copy, n);
	return message_get_call(&r, a, c);
}

static int get_function(const uint8_t *from, size_t n, struct arena *a, struct function_call *f)
{
	_cleanup_free_ uint8_t *copy = malloc(n ? n : 1);
	struct reader r;

	assert_non_null(copy);
	memcpy(copy, from, n);
	r = reader_init(copy, n);
	return message_get_function(&r, a, f);
}

static bool must_have_pointers(enum crossing_fn fn)
{
	const struct crossing_shape *s = shape_of(fn);
	unsigned i;

	for (i = 0; i < s->shape.count; i++)
		if (s->shape.members[i].flags & MEMBER_MUST)
			return true;
	return false;
}

static void test_calls_go_there_and_back(void **state)
{
	struct arena a = {0};
	int fn;

	for (fn = 0; fn < FN_HANDLERS; fn++) {
		struct handler_call c, got = {.fn = (enum crossing_fn)fn};
		size_t n;

		samples_fill(&samples, 0x37);
		c = sample_handler(&samples, (enum crossing_fn)fn);
		n = put_call(first, &c);
		assert_int_equal(get_call(first, n, &a, &got), 0);
		assert_ptr_equal(got.adapter, SAMPLE_TOKEN);
		memset(&samples, 0, sizeof(samples)); /* nothing leads back there */
		assert_int_equal(put_call(second, &got), n);
		assert_memory_equal(first, second, n);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void test_functions_go_there_and_back(void **state)
{
	struct arena a = {0};
	int fn;

	for (fn = FN_HANDLERS; fn < FN_CALLS; fn++) {
		struct function_call f, got = {.fn = (enum crossing_fn)fn};
		size_t n;

		samples_fill(&samples, 0x37);
		f = sample_function(&samples, (enum crossing_fn)fn);
		n = put_function(first, &f, NULL);
		assert_int_equal(get_function(first, n, &a, &got), 0);
		assert_true(got.stale);
		assert_int_equal(got.views.count, 0);
		memset(&samples, 0, sizeof(samples));
		assert_int_equal(put_function(second, &got, NULL), n);
		assert_memory_equal(first, second, n);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void test_null_pointers(void **state)
{
	struct arena a = {0};
	int fn;

	for (fn = 0; fn < FN_CALLS; fn++) {
		struct handler_call c = {.fn = (enum crossing_fn)fn}, got = c;
		struct function_call f = {.fn = (enum crossing_fn)fn}, fgot = f;
		size_t n;

		if (fn < FN_HANDLERS) {
			n = put_call(first, &c);
			assert_int_equal(get_call(first, n, &a, &got),
				must_have_pointers(c.fn) ? -EPROTO : 0);
		} else {
			n = put_function(first, &f, NULL);
			assert_int_equal(get_function(first, n, &a, &fgot), 0);
			assert_memory_equal(&f, &fgot, sizeof(f));
		}
	}
	arena_free(&a);
}

static void test_deep_values_arrive(void **state)
{
	static const WCHAR secret[] = u"<security key=\"x\"/>";
	struct handler_call c, got = {.fn = FN_PERFORM_PRE_ASSOCIATE};
	const DOT11EXT_IHV_PROFILE_PARAMS *p;
	struct arena a = {0};

	samples_fill(&samples, 0x37);
	c = sample_handler(&samples, got.fn);
	assert_int_equal(get_call(first, put_call(first, &c), &a, &got), 0);
	p = got.profile.params;
	assert_ptr_not_equal(p, &samples.params);
	assert_int_equal(p->BssType, dot11_BSS_type_infrastructure);
	assert_int_equal(p->pSsidList->ulCount, 3);
	assert_memory_equal(p->pSsidList->SSIDs, samples.ssids.ssids, sizeof(samples.ssids.ssids));
	assert_int_equal(p->pMSSecuritySettings->eapMethodType.dwAuthorId, 311);
	assert_int_equal(p->pMSSecuritySettings->eapMethodType.eapType.type, 25);
	assert_memory_equal(p->pMSSecuritySettings->pEapConnectionData, samples.ms_data, 5);
	assert_memory_equal(
		got.profile.security->pszXmlFragmentIhvSecurity, secret, sizeof(secret));
	assert_int_equal(got.profile.security->bUseMSOnex, TRUE);
	assert_int_equal(got.profile.bss->uNumOfBytes, sizeof(samples.bss_data));
	assert_memory_equal(got.profile.bss->pucBuffer, samples.bss_data, sizeof(samples.bss_data));
	assert_int_equal(*got.profile.reason, 0xFEEDFACE);

	got.fn = FN_ONEX_INDICATE_RESULT;
	c = sample_handler(&samples, got.fn);
	assert_int_equal(get_call(first, put_call(first, &c), &a, &got), 0);
	assert_memory_equal(got.onex_indicate_result.params->pbMPPERecvKey, samples.bytes + 32, 16);
	assert_int_equal(got.onex_indicate_result.params->pDot11EapResult->pAttribArray->pAttribs[0]
				 .dwLength,
		11);
	assert_null(
		got.onex_indicate_result.params->pDot11EapResult->pAttribArray->pAttribs[1].pValue);
	arena_free(&a);
}

static void test_keys_arrive(void **state)
{
	struct function_call f, got = {.fn = FN_SET_DEFAULT_KEY};
	struct arena a = {0};

	samples_fill(&samples, 0x37);
	f = sample_function(&samples, got.fn);
	assert_int_equal(get_function(first, put_function(first, &f, NULL), &a, &got), 0);
	assert_int_equal(got.set_default_key.key->usKeyLength, 28);
	assert_memory_equal(got.set_default_key.key->ucKey, samples.default_key.v.ucKey, 28);

	/* The length of a key that is deleted says nothing, and nothing is read by it. */
	samples.default_key.v.bDelete = TRUE;
	samples.default_key.v.usKeyLength = 60000;
	assert_true(put_function(first, &f, NULL) < 60);
	got.fn = FN_SET_DEFAULT_KEY;
	assert_int_equal(get_function(first, put_function(first, &f, NULL), &a, &got), 0);
	assert_int_equal(got.set_default_key.key->usKeyLength, 60000);
	assert_int_equal(got.set_default_key.key->ucKey[59999], 0);
	arena_free(&a);
}

/* A body of fn, complete; returns its length. */
static size_t body_of(uint8_t *to, enum crossing_fn fn)
{
	struct handler_call c;
	struct function_call f;

	samples_fill(&samples, 0x37);
	if (fn < FN_HANDLERS) {
		c = sample_handler(&samples, fn);
		return put_call(to, &c);
	}
	f = sample_function(&samples, fn);
	return put_function(to, &f, NULL);
}

/* Decodes and, if that is good, writes it again to second[]. */
static int again(
	const uint8_t *body, size_t n, enum crossing_fn fn, struct arena *a, size_t *length)
{
	struct handler_call c = {.fn = fn};
	struct function_call f = {.fn = fn};
	int err = fn < FN_HANDLERS ? get_call(body, n, a, &c) : get_function(body, n, a, &f);

	if (!err)
		*length = fn < FN_HANDLERS ? put_call(second, &c) : put_function(second, &f, NULL);
	free(f.views.list);
	arena_reset(a);
	return err;
}

static void test_truncated(void **state)
{
	struct arena a = {0};
	size_t n, i, length;
	int fn;

	for (fn = 0; fn < FN_CALLS; fn++) {
		n = body_of(first, (enum crossing_fn)fn);
		for (i = 0; i < n; i++)
			assert_int_equal(
				again(first, i, (enum crossing_fn)fn, &a, &length), -EPROTO);
		first[n] = 0;
		assert_int_equal(again(first, n + 1, (enum crossing_fn)fn, &a, &length), -EPROTO);
	}
	arena_free(&a);
}

/* Whatever is accepted is what would have been written: nothing means two things. */
static void test_corrupted(void **state)
{
	struct arena a = {0};
	size_t n, i, length;
	unsigned v;
	int fn, err;

	for (fn = 0; fn < FN_CALLS; fn++) {
		n = body_of(first, (enum crossing_fn)fn);
		for (i = 0; i < n; i++) {
			uint8_t good = first[i];

			for (v = 0; v < 256; v += v < 2 || v > 253 ? 1 : 63) {
				first[i] = (uint8_t)v;
				err = again(first, n, (enum crossing_fn)fn, &a, &length);
				assert_true(err == 0 || err == -EPROTO);
				if (err)
					continue;
				assert_int_equal(length, n);
				assert_memory_equal(first, second, n);
			}
			first[i] = good;
		}
	}
	arena_free(&a);
}

/* Bytes that no member covers, marked 0xEE, are in no message. */
static void test_padding_stays(void **state)
{
	size_t n, i;
	int fn;

	for (fn = 0; fn < FN_CALLS; fn++) {
		struct handler_call c;
		struct function_call f;
		DOT11_ASSOCIATION_COMPLETION_PARAMETERS *p = &samples.association.p;

		samples_fill(&samples, 0xEE);
		memset(samples.ssids.ssids, 0, sizeof(samples.ssids.ssids));
		memset(samples.ms_data, 0, sizeof(samples.ms_data));
		memset(samples.bss_data, 0, sizeof(samples.bss_data));
		memset(samples.bytes, 0, sizeof(samples.bytes));
		memset(samples.exemptions, 0, sizeof(samples.exemptions));
		memset(samples.types, 0, sizeof(samples.types));
		memset(samples.association.runs, 0, sizeof(samples.association.runs));
		memset(&samples.property, 0, sizeof(samples.property));
		memset(samples.mac, 0, sizeof(samples.mac));
		memset(samples.port.PeerMacAddress, 0, 6);
		memset(samples.default_key.v.ucKey, 0, 28);
		memset(samples.mapping_key.v.ucKey, 0, 28);
		memset(samples.default_key.v.MacAddr, 0, 6);
		memset(samples.mapping_key.v.PeerMacAddr, 0, 6);
		memset(p->MacAddr, 0, 6);
		p->bReAssocReq = p->bReAssocResp = p->bFourAddressSupported = 0;
		p->bPortAuthorized = p->ucActiveQoSProtocol = 0;
		p->uAssocComebackTime = 0;
		c = sample_handler(&samples, (enum crossing_fn)fn);
		f = sample_function(&samples, (enum crossing_fn)fn);
		if (fn == FN_START_ONEX)
			f.start_onex.attributes = SAMPLE_TOKEN;
		if (fn == FN_GET_PROFILE_CUSTOM_USER_DATA)
			f.get_user_data.token = SAMPLE_TOKEN;
		n = fn < FN_HANDLERS ? put_call(first, &c) : put_function(first, &f, NULL);
		for (i = 0; i < n; i++)
			assert_int_not_equal(first[i], 0xEE);
	}
}

/* A handler call as it goes: what the module sees, and what it saw at first. */
struct trip {
	struct handler_call c, worker, before;
	struct arena a, b;
};

static void begin_trip(struct trip *t, enum crossing_fn fn)
{
	size_t n;

	memset(t, 0, sizeof(*t));
	samples_fill(&samples, 0x37);
	t->c = sample_handler(&samples, fn);
	t->worker.fn = t->before.fn = fn;
	n = put_call(first, &t->c);
	assert_int_equal(get_call(first, n, &t->a, &t->worker), 0);
	assert_int_equal(get_call(first, n, &t->b, &t->before), 0);
}

/* Returns the length of the RETURN. */
static size_t end_trip(struct trip *t, const struct block_source *blocks)
{
	struct message_return extra = {.threads = 3}, got;
	struct writer w = writer_init(second, ROOM);
	struct reader r;

	message_put_return(&w, &t->worker, &t->before, blocks, &extra);
	assert_true(writer_ok(&w));
	r = reader_init(second, w.len);
	assert_int_equal(message_get_return(&r, &t->c, &got), 0);
	assert_int_equal(got.threads, 3);
	arena_free(&t->a);
	arena_free(&t->b);
	return w.len;
}

static void test_nothing_changed(void **state)
{
	static struct samples was;
	struct trip t;
	int fn;

	for (fn = 0; fn < FN_HANDLERS; fn++) {
		begin_trip(&t, (enum crossing_fn)fn);
		was = samples;
		t.worker.result = 31;
		assert_true(end_trip(&t, NULL) <= 8 + 8 + 5 + 4);
		assert_int_equal(t.c.result, 31);
		assert_memory_equal(&was, &samples, sizeof(was));
	}
}

static void test_outputs_come_back(void **state)
{
	struct trip t;

	begin_trip(&t, FN_CONTROL);
	t.worker.control.out[3] = 1;
	t.worker.control.out[16 + 63] = 2; /* the last byte of the guard */
	t.worker.control.in[19] = 3;
	*t.worker.control.returned = 5;
	end_trip(&t, NULL);
	assert_int_equal(samples.out[3], 1);
	assert_int_equal(samples.out[4], 0xA5);
	assert_int_equal(samples.out[16 + 63], 2);
	assert_int_equal(samples.bytes[19], 3);
	assert_int_equal(samples.number, 5);

	begin_trip(&t, FN_INIT_ADAPTER);
	t.worker.init_adapter.ext = (void *)4;
	end_trip(&t, NULL);
	assert_ptr_equal(t.c.init_adapter.ext, (void *)4);

	begin_trip(&t, FN_INIT_SERVICE);
	t.worker.init_service.handlers = 19;
	end_trip(&t, NULL);
	assert_int_equal(t.c.init_service.handlers, 19);

	begin_trip(&t, FN_SEND_PACKET_COMPLETION);
	t.worker.send_packet_completion.modified = true;
	end_trip(&t, NULL);
	assert_true(t.c.send_packet_completion.modified);
}

static void test_written_inputs_are_seen(void **state)
{
	struct trip t;

	begin_trip(&t, FN_PERFORM_POST_ASSOCIATE);
	t.worker.perform_post_associate.port->bPortAuthorized = TRUE;
	t.worker.perform_post_associate.association->uStatus = 99;
	end_trip(&t, NULL);
	assert_int_equal(samples.port.bPortAuthorized, TRUE);
	assert_int_equal(samples.association.p.uStatus, 99);
	assert_int_equal(samples.port.uSessionId, 9);

	begin_trip(&t, FN_RECEIVE_PACKET);
	((uint8_t *)t.worker.receive_packet.buffer)[63] ^= 1;
	end_trip(&t, NULL);
	assert_int_equal(samples.bytes[63], 0x36);

	/* A pointer that the module overwrote is not followed, and not taken over. */
	begin_trip(&t, FN_VALIDATE_PROFILE);
	t.worker.profile.params->pSsidList = (void *)8;
	t.worker.profile.bss->pucBuffer = (void *)8;
	t.worker.profile.params->BssType = dot11_BSS_type_any;
	end_trip(&t, NULL);
	assert_ptr_equal(samples.params.pSsidList, &samples.ssids);
	assert_ptr_equal(samples.bss.pucBuffer, samples.bss_data);
	assert_int_equal(samples.params.BssType, dot11_BSS_type_any);
}

/* Every byte of a RETURN, with host memory of just the right size behind the call. */
static void test_corrupted_return(void **state)
{
	struct message_return extra = {0};
	struct writer w = writer_init(second, ROOM);
	struct reader r;
	struct trip t;
	size_t i;
	unsigned v;

	begin_trip(&t, FN_CONTROL);
	memset(t.worker.control.out + 2, 1, 9);
	t.worker.control.in[4] = 9;
	*t.worker.control.returned = 5;
	message_put_return(&w, &t.worker, &t.before, NULL, &extra);
	assert_true(writer_ok(&w));
	t.c.control.out = malloc(16 + CONTROL_GUARD);
	t.c.control.in = malloc(20);
	t.c.control.returned = malloc(sizeof(DWORD));
	for (i = 0; i < w.len; i++) {
		uint8_t good = second[i];

		for (v = 0; v < 256; v++) {
			second[i] = (uint8_t)v;
			r = reader_init(second, w.len);
			(void)message_get_return(&r, &t.c, &extra);
			free(t.c.views.list);
		}
		second[i] = good;
		r = reader_init(second, i);
		assert_int_equal(message_get_return(&r, &t.c, &extra), -EPROTO);
	}
	free(t.c.control.out);
	free(t.c.control.in);
	free(t.c.control.returned);
	arena_free(&t.a);
	arena_free(&t.b);
}

/* Live blocks: up to four pieces of memory with their sizes. */
struct live {
	const void *p[4];
	size_t size[4];
};

static size_t live_size(void *user, const void *p)
{
	const struct live *l = user;
	unsigned i;

	for (i = 0; i < 4; i++)
		if (l->p[i] == p)
			return l->size[i];
	return SIZE_MAX;
}

static void test_views_of_profiles(void **state)
{
	static const WCHAR text[] = u"<found/>";
	DOT11EXT_IHV_DISCOVERY_PROFILE list[2] = {
		{{(WCHAR *)(uintptr_t)text}, {NULL, TRUE}}, {{(WCHAR *)16}, {NULL, FALSE}}};
	struct live l = {{list, text}, {sizeof(list), sizeof(text)}};
	const struct block_source blocks = {live_size, &l};
	const struct module m = {.remote = true};
	const DOT11EXT_IHV_DISCOVERY_PROFILE *seen;
	struct trip t;

	begin_trip(&t, FN_CREATE_DISCOVERY_PROFILES);
	t.worker.create_discovery_profiles.list->dwCount = 2;
	t.worker.create_discovery_profiles.list->pIhvDiscoveryProfiles = list;
	end_trip(&t, &blocks);
	assert_int_equal(samples.list.dwCount, 2);
	assert_ptr_equal(samples.list.pIhvDiscoveryProfiles, list);
	assert_int_equal(t.c.views.count, 2);
	seen = module_view(&m, &t.c.views, list, sizeof(list));
	assert_non_null(seen);
	assert_ptr_not_equal(seen, list);
	assert_memory_equal(seen, list, sizeof(list));
	assert_memory_equal(module_view(&m, &t.c.views, text, sizeof(text)), text, sizeof(text));
	assert_null(module_view(&m, &t.c.views, text, sizeof(text) + 1));
	assert_null(module_view(&m, &t.c.views, (void *)16, 0));
	free(t.c.views.list);
}

static void test_views_of_requests(void **state)
{
	DOT11EXT_IHV_UI_REQUEST request = {.dwByteCount = 5, .pvUIRequest = first};
	EAP_ATTRIBUTE list[1] = {{eatState, 4, second}};
	EAP_ATTRIBUTES eap = {1000, list}; /* more than there are: they are not looked for */
	struct live l = {{&request, first, list, &eap}, {sizeof(request), 5, sizeof(list), 16}};
	const struct block_source blocks = {live_size, &l};
	struct function_call f = {.fn = FN_START_ONEX}, got = f;
	struct arena a = {0};
	struct trip t;
	size_t n;

	begin_trip(&t, FN_QUERY_UI_REQUEST);
	t.worker.query_ui_request.request = &request;
	end_trip(&t, &blocks);
	assert_ptr_equal(t.c.query_ui_request.request, &request);
	assert_int_equal(t.c.views.count, 2);
	free(t.c.views.list);

	f.start_onex.attributes = &eap;
	n = put_function(first, &f, &blocks);
	assert_int_equal(get_function(first, n, &a, &got), 0);
	assert_int_equal(got.views.count, 2);
	assert_ptr_equal(got.views.list[1].token, list);
	free(got.views.list);
	while (n-- > 0) { /* cut off within the views */
		got.fn = FN_START_ONEX;
		assert_int_equal(get_function(first, n, &a, &got), -EPROTO);
		assert_null(got.views.list);
	}
	arena_free(&a);
}

/* A function there and its answer back. host: what the host makes of it, filled in by answer(). */
static void there_and_back(struct function_call *f, void (*answer)(struct function_call *host),
	DWORD result, int expected)
{
	struct writer w = writer_init(second, ROOM);
	struct function_call host = {.fn = f->fn};
	struct arena a = {0};
	struct reader r;
	DWORD got = 0;

	assert_int_equal(get_function(first, put_function(first, f, NULL), &a, &host), 0);
	answer(&host);
	message_put_reply(&w, &host, result);
	assert_true(writer_ok(&w));
	r = reader_init(second, w.len);
	assert_int_equal(message_get_reply(&r, f, &got), expected);
	assert_int_equal(got, result);
	arena_free(&a);
}

static void give_user_data(struct function_call *host)
{
	static uint8_t bytes[MODULE_USER_DATA_MAX] = {1, 2, 3};

	host->get_user_data.bytes = bytes;
	*host->get_user_data.size = 3;
	*host->get_user_data.data = host->get_user_data.token;
}

static void extend_nic(struct function_call *host)
{
	memset(host->nic_specific_extension.out, 0x77, 5);
	*host->nic_specific_extension.out_size = 5;
}

static void extend_too_far(struct function_call *host)
{
	static uint8_t out[17];

	host->nic_specific_extension.out = out;
	*host->nic_specific_extension.out_size = sizeof(out);
}

static void allocate(struct function_call *host)
{
	*host->allocate_buffer.buffer = host->allocate_buffer.token;
}

static void refuse(struct function_call *host)
{
	*host->allocate_buffer.buffer = NULL;
}

static void let_go(struct function_call *host)
{
	host->free_buffer.release = true;
}

static void test_answers(void **state)
{
	struct function_call f;

	samples_fill(&samples, 0x37);
	f = sample_function(&samples, FN_GET_PROFILE_CUSTOM_USER_DATA);
	there_and_back(&f, give_user_data, 0, 0);
	assert_int_equal(samples.number, 3);
	assert_ptr_equal(samples.pointer, samples.user_data);
	assert_memory_equal(samples.user_data, "\1\2\3\x37", 4);

	samples_fill(&samples, 0x37);
	there_and_back(&f, give_user_data, ERROR_NOT_FOUND, 0);
	assert_int_equal(samples.number, 0xFEEDFACE);
	assert_null(samples.pointer);
	assert_int_equal(samples.user_data[0], 0x37);

	f = sample_function(&samples, FN_NIC_SPECIFIC_EXTENSION);
	there_and_back(&f, extend_nic, 0, 0);
	assert_int_equal(samples.number, 5);
	assert_memory_equal(samples.out, "\x77\x77\x77\x77\x77\xA5", 6);
	f = sample_function(&samples, FN_NIC_SPECIFIC_EXTENSION);
	there_and_back(&f, extend_nic, ERROR_GEN_FAILURE, 0); /* the size is told all the same */
	assert_int_equal(samples.number, 5);
	f = sample_function(&samples, FN_NIC_SPECIFIC_EXTENSION);
	there_and_back(&f, extend_too_far, 0, -EPROTO);
	assert_int_equal(samples.number, 16);

	f = sample_function(&samples, FN_ALLOCATE_BUFFER);
	there_and_back(&f, allocate, 0, 0);
	assert_ptr_equal(samples.pointer, SAMPLE_TOKEN);
	there_and_back(&f, refuse, ERROR_OUTOFMEMORY, 0);
	assert_null(samples.pointer);
	f = sample_function(&samples, FN_FREE_BUFFER);
	there_and_back(&f, let_go, 0, 0);
	assert_true(f.free_buffer.release);
}

static void test_beyond_the_limits(void **state)
{
	struct function_call f, got = {.fn = FN_SET_PROFILE_CUSTOM_USER_DATA};
	struct handler_call c;
	struct writer w = writer_init(second, ROOM);
	struct arena a = {0};
	WCHAR *text = malloc(300000 * sizeof(*text));
	size_t i;

	/* What the module passes is not even read: the host will refuse the number. */
	samples_fill(&samples, 0x37);
	f = sample_function(&samples, got.fn);
	f.set_user_data.size = UINT32_MAX;
	assert_int_equal(get_function(first, put_function(first, &f, NULL), &a, &got), 0);
	assert_null(got.set_user_data.data);
	assert_int_equal(got.set_user_data.size, UINT32_MAX);

	/* Text of a module is cut at a length that the host refuses. */
	assert_non_null(text);
	for (i = 0; i < 300000; i++)
		text[i] = 'x';
	samples.security.pszXmlFragmentIhvSecurity = text;
	f = sample_function(&samples, FN_SET_CURRENT_PROFILE);
	got.fn = FN_SET_CURRENT_PROFILE;
	assert_int_equal(get_function(first, put_function(first, &f, NULL), &a, &got), 0);
	assert_int_equal(got.set_current_profile.security->pszXmlFragmentIhvSecurity[131071], 'x');
	assert_int_equal(got.set_current_profile.security->pszXmlFragmentIhvSecurity[131072], 0);

	/* The host's own calls are whole or not made. */
	c = sample_handler(&samples, FN_VALIDATE_PROFILE);
	message_put_call(&w, &c);
	assert_false(writer_ok(&w));
	free(text);
	arena_free(&a);
}

static void test_association_is_sound(void **state)
{
	DOT11_ASSOCIATION_COMPLETION_PARAMETERS *p = &samples.association.p;
	struct handler_call c, got = {.fn = FN_PERFORM_POST_ASSOCIATE};
	struct arena a = {0};

	samples_fill(&samples, 0);
	c = sample_handler(&samples, got.fn);
	p->uAssocRespSize = 6; /* one too many */
	assert_int_equal(get_call(first, put_call(first, &c), &a, &got), -EPROTO);
	p->uAssocRespSize = 5;
	p->uBeaconOffset = UINT32_MAX;
	p->uBeaconSize = 1;
	assert_int_equal(get_call(first, put_call(first, &c), &a, &got), -EPROTO);
	p->uBeaconOffset = p->uBeaconSize = 0;
	p->Header.Size = sizeof(samples.association) + 1;
	assert_int_equal(get_call(first, put_call(first, &c), &a, &got), -EPROTO);
	p->Header.Size = sizeof(*p);
	c.perform_post_associate.length = 80;
	assert_int_equal(get_call(first, put_call(first, &c), &a, &got), -EPROTO);
	c.perform_post_associate.length = sizeof(samples.association);
	assert_int_equal(get_call(first, put_call(first, &c), &a, &got), 0);
	arena_free(&a);
}

static void test_header(void **state)
{
	static const struct message good[] = {
		{.type = MESSAGE_START, .length = MESSAGE_MAX},
		{.type = MESSAGE_CALL, .fn = FN_CONTROL, .call = 1},
		{.type = MESSAGE_REPLY, .fn = FN_SEND_PACKET, .thread = 2},
		{.type = MESSAGE_RETURN, .fn = FN_CONTROL, .call = UINT32_MAX},
		{.type = MESSAGE_FUNCTION, .fn = FN_SET_DEFAULT_KEY, .call = 7},
		{.type = MESSAGE_CRASH, .length = 8},
		{.type = MESSAGE_PROBE, .length = 4},
		{.type = MESSAGE_PROBED, .length = 8},
	};
	static const struct message bad[] = {
		{.type = 0},
		{.type = MESSAGE_TYPES},
		{.type = MESSAGE_READY, .length = MESSAGE_MAX + 1},
		{.type = MESSAGE_READY, .call = 1},
		{.type = MESSAGE_READY, .thread = 1},
		{.type = MESSAGE_READY, .fn = 1},
		{.type = MESSAGE_PROBED, .call = 1},
		{.type = MESSAGE_RETURN, .fn = FN_CONTROL},
		{.type = MESSAGE_RETURN, .fn = FN_CONTROL, .call = 1, .thread = 1},
		{.type = MESSAGE_RETURN, .fn = FN_SEND_PACKET, .call = 1},
		{.type = MESSAGE_FUNCTION, .fn = FN_CONTROL, .call = 1},
		{.type = MESSAGE_FUNCTION, .fn = FN_MODULE_LOADED, .call = 1},
		{.type = MESSAGE_FUNCTION, .fn = UINT16_MAX, .call = 1},
	};
	uint8_t raw[MESSAGE_HEADER];
	struct message m;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		bool worker = good[i].type >= MESSAGE_READY;

		message_put_header(raw, &good[i]);
		assert_int_equal(message_get_header(raw, worker, &m), 0);
		assert_memory_equal(&m, &good[i], sizeof(m));
		assert_int_equal(message_get_header(raw, !worker, &m), -EPROTO);
		raw[16] = 1;
		assert_int_equal(message_get_header(raw, worker, &m), -EPROTO);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		message_put_header(raw, &bad[i]);
		assert_int_equal(message_get_header(raw, true, &m), -EPROTO);
	}
}

static void test_fixed_bodies(void **state)
{
	const struct message_start start = {1, true, false, UINT64_C(0x0102030405060708)};
	const struct message_ready ready = {1, 7, 22, 4, 3};
	const struct module_trespass_info trespass = {TRESPASS_SYSTEM, FN_COUNT, 59};
	struct writer w = writer_init(first, ROOM);
	struct message_start s;
	struct message_ready y;
	struct module_trespass_info t;
	struct reader r;
	char why[12];
	uint64_t v;
	int error;

	message_put_start(&w, &start);
	r = reader_init(first, w.len);
	assert_int_equal(message_get_start(&r, &s), 0);
	assert_true(s.version == 1 && s.guard && !s.repeatable && s.seed == start.seed);
	r = reader_init(first, w.len - 1);
	assert_int_equal(message_get_start(&r, &s), -EPROTO);
	first[4] = 2;
	r = reader_init(first, w.len);
	assert_int_equal(message_get_start(&r, &s), -EPROTO);

	w = writer_init(first, ROOM);
	message_put_ready(&w, &ready);
	r = reader_init(first, w.len);
	assert_int_equal(message_get_ready(&r, &y), 0);
	assert_memory_equal(&y, &ready, sizeof(y));

	w = writer_init(first, ROOM);
	message_put_failed(&w, -ENOENT, "no\x1b[2Jmodule there");
	r = reader_init(first, w.len);
	assert_int_equal(message_get_failed(&r, &error, why, sizeof(why)), 0);
	assert_int_equal(error, -ENOENT);
	assert_string_equal(why, "no?[2Jmodul");
	first[3] = 0; /* not an error */
	r = reader_init(first, w.len);
	assert_int_equal(message_get_failed(&r, &error, why, sizeof(why)), -EPROTO);

	w = writer_init(first, ROOM);
	message_put_trespass(&w, &trespass);
	r = reader_init(first, w.len);
	assert_int_equal(message_get_trespass(&r, &t), 0);
	assert_true(t.what == TRESPASS_SYSTEM && t.fn == FN_COUNT && t.code == 59);
	first[0] = TRESPASS_SYSTEM + 1;
	r = reader_init(first, w.len);
	assert_int_equal(message_get_trespass(&r, &t), -EPROTO);

	w = writer_init(first, ROOM);
	message_put_number(&w, UINT64_MAX);
	r = reader_init(first, w.len);
	assert_int_equal(message_get_number(&r, &v), 0);
	assert_true(v == UINT64_MAX);
	r = reader_init(first, w.len + 1);
	assert_int_equal(message_get_number(&r, &v), -EPROTO);
}

static void test_arena(void **state)
{
	struct arena a = {0};
	uint8_t *p;
	size_t i, n;

	assert_null(arena_alloc(&a, MESSAGE_MAX * 4u + 1));
	assert_null(arena_alloc(&a, SIZE_MAX));
	for (n = 1; n < 200000; n = n * 3) {
		p = arena_alloc(&a, n);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xFF, n);
	}
	arena_reset(&a);
	p = arena_alloc(&a, 100000); /* of the block that was kept: wiped */
	for (i = 0; i < 100000; i++)
		assert_int_equal(p[i], 0);
	arena_free(&a);
	assert_null(a.blocks);
}

/* What a table of doc/worker-protocol.md says of fn: members in the request, and in the answer. */
static void describe(struct writer *w, const struct shape *s, bool answer, bool handler)
{
	const struct member *m;
	bool any = false, flat;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		char text[128];

		m = &s->members[i];
		flat = m->kind == MEMBER_VALUE || m->kind == MEMBER_FLAG || m->kind == MEMBER_TOKEN;
		if (!answer && m->flags & MEMBER_QUIET)
			continue;
		if (answer && !(m->flags & MEMBER_ANSWER) && (flat || !handler))
			continue;
		(void)snprintf(text, sizeof(text), "%s%s%s%s%s%s", any ? ", " : "",
			m->flags & MEMBER_HOLLOW && !answer ? "whether `" : "`", flat ? "" : "*",
			m->name, "`",
			m->kind == MEMBER_TOKEN                   ? " (token)"
			: answer && m->flags & MEMBER_EVEN_FAILED ? " (always)"
								  : "");
		writer_put(w, text, strlen(text));
		any = true;
	}
	if (!any)
		writer_put(w, "-", 1);
}

static void test_document_says_the_same(void **state)
{
	const char *root = getenv("OPENIHV_SOURCE");
	_cleanup_free_ char *path = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	struct writer w;
	char row[1024];
	size_t n;
	int fn;

	if (!root || asprintf(&path, "%s/doc/worker-protocol.md", root) < 0)
		skip();
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(first, 1, ROOM - 1, file);
	first[n] = '\0';
	for (fn = 0; fn < FN_CALLS; fn++) {
		const struct crossing_shape *s = shape_of((unsigned)fn);

		w = writer_init(row, sizeof(row));
		writer_put(&w, "| `", 3);
		writer_put(&w, crossing_name((enum crossing_fn)fn),
			strlen(crossing_name((enum crossing_fn)fn)));
		writer_put(&w, "` | ", 4);
		describe(&w, &s->shape, false, fn < FN_HANDLERS);
		writer_put(&w, " | ", 3);
		describe(&w, &s->shape, true, fn < FN_HANDLERS);
		writer_put(&w, " |\n", 4);
		assert_true(writer_ok(&w));
		if (!strstr((const char *)first, row))
			fail_msg("doc/worker-protocol.md lacks: %s", row);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_go_there_and_back),
		cmocka_unit_test(test_functions_go_there_and_back),
		cmocka_unit_test(test_null_pointers),
		cmocka_unit_test(test_deep_values_arrive),
		cmocka_unit_test(test_keys_arrive),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_corrupted),
		cmocka_unit_test(test_padding_stays),
		cmocka_unit_test(test_nothing_changed),
		cmocka_unit_test(test_outputs_come_back),
		cmocka_unit_test(test_written_inputs_are_seen),
		cmocka_unit_test(test_corrupted_return),
		cmocka_unit_test(test_views_of_profiles),
		cmocka_unit_test(test_views_of_requests),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_beyond_the_limits),
		cmocka_unit_test(test_association_is_sound),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_fixed_bodies),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_document_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
