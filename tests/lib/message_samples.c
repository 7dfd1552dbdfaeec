// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/message_samples.h"

#include <string.h>

static WCHAR description[] = u"simulated \x00e9 0";
static WCHAR fragment[] = u"<connectivity/>";
static WCHAR secret[] = u"<security key=\"x\"/>";

static void fill_profile(struct samples *s)
{
	s->ssids.count = 3;
	s->params.pSsidList = (DOT11EXT_IHV_SSID_LIST *)&s->ssids;
	s->params.BssType = dot11_BSS_type_infrastructure;
	s->params.pMSSecuritySettings = &s->ms;
	s->ms.dot11AuthAlgorithm = DOT11_AUTH_ALGO_RSNA;
	s->ms.dot11CipherAlgorithm = DOT11_CIPHER_ALGO_CCMP;
	s->ms.fOneXEnabled = TRUE;
	s->ms.eapMethodType.eapType.type = 25;
	s->ms.eapMethodType.eapType.dwVendorId = 1;
	s->ms.eapMethodType.eapType.dwVendorType = 2;
	s->ms.eapMethodType.dwAuthorId = 311;
	s->ms.dwEapConnectionDataLen = sizeof(s->ms_data);
	s->ms.pEapConnectionData = s->ms_data;
	s->connectivity.pszXmlFragmentIhvConnectivity = fragment;
	s->security.pszXmlFragmentIhvSecurity = secret;
	s->security.bUseMSOnex = TRUE;
	s->bss.uNumOfBytes = sizeof(s->bss_data);
	s->bss.pucBuffer = s->bss_data;
}

static void fill_association(struct samples *s)
{
	DOT11_ASSOCIATION_COMPLETION_PARAMETERS *p = &s->association.p;

	p->Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
	p->Header.Revision = DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_2;
	p->Header.Size = sizeof(*p);
	p->uStatus = DOT11_ASSOC_STATUS_SUCCESS;
	p->AuthAlgo = DOT11_AUTH_ALGO_RSNA_PSK;
	p->UnicastCipher = p->MulticastCipher = DOT11_CIPHER_ALGO_CCMP;
	p->MulticastMgmtCipher = DOT11_CIPHER_ALGO_BIP;
	p->DSInfo = DOT11_DS_UNKNOWN;
	p->uAssocReqOffset = sizeof(*p);
	p->uAssocReqSize = 7;
	p->uAssocRespOffset = sizeof(*p) + 7;
	p->uAssocRespSize = 5;
	p->uBeaconOffset = p->uBeaconSize = 0;
	p->uIHVDataOffset = p->uIHVDataSize = 0;
	p->uActivePhyListOffset = p->uActivePhyListSize = 0;
	p->uEncapTableOffset = p->uEncapTableSize = 0;
	s->port.uSessionId = 9;
	s->port.bPortControlled = TRUE;
	s->port.bPortAuthorized = FALSE;
}

static void fill_onex(struct samples *s)
{
	s->onex.Dot11OnexAuthStatus = OneXAuthSuccess;
	s->onex.Dot11OneXReasonCode = ONEX_REASON_CODE_SUCCESS;
	s->onex.pbMPPESendKey = s->bytes;
	s->onex.dwMPPESendKeyLen = 32;
	s->onex.pbMPPERecvKey = s->bytes + 32;
	s->onex.dwMPPERecvKeyLen = 16;
	s->onex.pDot11EapResult = &s->eap_result;
	s->eap_result.dwFailureReasonCode = 7;
	s->eap_result.pAttribArray = &s->eap;
	s->eap.dwNumberOfAttributes = 2;
	s->eap.pAttribs = s->eap_list;
	s->eap_list[0] = (EAP_ATTRIBUTE){eatVendorSpecific, 11, s->bytes + 3};
	s->eap_list[1].eaType = eatSessionTimeout;
	s->eap_list[1].dwLength = 0;
	s->eap_list[1].pValue = NULL;
}

static void fill_keys(struct samples *s)
{
	DOT11_CIPHER_DEFAULT_KEY_VALUE *d = &s->default_key.v;
	DOT11_CIPHER_KEY_MAPPING_KEY_VALUE *m = &s->mapping_key.v;

	d->Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
	d->Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
	d->Header.Size = sizeof(*d);
	d->uKeyIndex = 1;
	d->AlgorithmId = m->AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
	d->bDelete = m->bDelete = FALSE;
	d->bStatic = m->bStatic = FALSE;
	d->usKeyLength = m->usKeyLength = 28;
	m->Direction = DOT11_DIR_BOTH;
}

void samples_fill(struct samples *s, int fill)
{
	memset(s, fill, sizeof(*s));
	fill_profile(s);
	fill_association(s);
	fill_onex(s);
	fill_keys(s);
	s->version = (DOT11_IHV_VERSION_INFO){0, 3};
	s->adapter.gAdapterId = (GUID){1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
	s->adapter.pszDescription = description;
	s->adapter.Dot11CurrentOpMode.uReserved = 0;
	s->adapter.Dot11CurrentOpMode.uCurrentOpMode = DOT11_OPERATION_MODE_EXTENSIBLE_STATION;
	s->number = 0xFEEDFACE;
	s->truth = 0;
	s->pointer = NULL;
	s->list.dwCount = 0;
	s->list.pIhvDiscoveryProfiles = NULL;
	s->session = (WTSSESSION_NOTIFICATION){sizeof(s->session), 2};
	s->guid = (GUID){9, 8, 7, {6, 5, 4, 3, 2, 1, 0, 255}};
	memset(s->out, 0xA5, sizeof(s->out));
	s->ui.dwSessionId = 1;
	s->ui.guidUIRequest = s->ui.UIPageClsid = s->guid;
	s->ui.dwByteCount = 21;
	s->ui.pvUIRequest = s->bytes;
	s->notification.NotificationSource = L2_NOTIFICATION_SOURCE_WLAN_IHV;
	s->notification.NotificationCode = 77;
	s->notification.InterfaceGuid = s->guid;
	s->notification.dwDataSize = 13;
	s->notification.pData = s->bytes;
	s->property.dwKeyLength = 12;
}

struct handler_call sample_handler(struct samples *s, enum crossing_fn fn)
{
	struct handler_call c = {.fn = fn, .adapter = SAMPLE_TOKEN};

	switch (fn) {
	case FN_GET_VERSION_INFO:
		c.get_version_info.version = &s->version;
		break;
	case FN_INIT_SERVICE:
		c.init_service.version = 3;
		c.init_service.functions = 22;
		break;
	case FN_INIT_VIRTUAL_STATION:
		c.init_virtual_station.functions = 4;
		break;
	case FN_INIT_ADAPTER:
		c.init_adapter.adapter = &s->adapter;
		c.init_adapter.svc = SAMPLE_TOKEN;
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
	case FN_VALIDATE_PROFILE:
	case FN_PERFORM_CAPABILITY_MATCH:
		c.profile.session = SAMPLE_TOKEN;
		c.profile.params = &s->params;
		c.profile.connectivity = &s->connectivity;
		c.profile.security = &s->security;
		c.profile.bss = &s->bss;
		c.profile.reason = &s->number;
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		c.perform_post_associate.session = SAMPLE_TOKEN;
		c.perform_post_associate.port = &s->port;
		c.perform_post_associate.length = sizeof(s->association);
		c.perform_post_associate.association = &s->association.p;
		break;
	case FN_STOP_POST_ASSOCIATE:
		c.stop_post_associate.peer = &s->mac;
		c.stop_post_associate.status = 5;
		break;
	case FN_CREATE_DISCOVERY_PROFILES:
		c.create_discovery_profiles.insecure = TRUE;
		c.create_discovery_profiles.params = &s->params;
		c.create_discovery_profiles.bss = &s->bss;
		c.create_discovery_profiles.list = &s->list;
		c.create_discovery_profiles.reason = &s->number;
		break;
	case FN_PROCESS_SESSION_CHANGE:
		c.process_session_change.event = WTS_SESSION_LOGOFF;
		c.process_session_change.session = &s->session;
		break;
	case FN_RECEIVE_INDICATION:
		c.receive_indication.type = IndicationTypeLinkQuality;
		c.receive_indication.length = 33;
		c.receive_indication.buffer = s->bytes;
		break;
	case FN_RECEIVE_PACKET:
		c.receive_packet.length = sizeof(s->bytes);
		c.receive_packet.buffer = s->bytes;
		break;
	case FN_SEND_PACKET_COMPLETION:
		c.send_packet_completion.send = SAMPLE_TOKEN;
		break;
	case FN_IS_UI_REQUEST_PENDING:
		c.is_ui_request_pending.request = s->guid;
		c.is_ui_request_pending.pending = &s->truth;
		break;
	case FN_PROCESS_UI_RESPONSE:
		c.process_ui_response.request = s->guid;
		c.process_ui_response.length = 10;
		c.process_ui_response.buffer = s->bytes;
		break;
	case FN_QUERY_UI_REQUEST:
		c.query_ui_request.phase = connection_phase_initial_connection;
		break;
	case FN_ONEX_INDICATE_RESULT:
		c.onex_indicate_result.outcome = DOT11_MSONEX_SUCCESS;
		c.onex_indicate_result.params = &s->onex;
		break;
	case FN_CONTROL:
		c.control.in_size = 20;
		c.control.in = s->bytes;
		c.control.out_size = sizeof(s->out) - CONTROL_GUARD;
		c.control.out = s->out;
		c.control.returned = &s->number;
		break;
	default: /* the others take nothing but their adapter */
		break;
	}
	return c;
}

static void sample_profile_function(struct samples *s, struct function_call *f)
{
	/* The session stands first in all three. */
	f->set_user_data.session = SAMPLE_TOKEN;
	if (f->fn == FN_SET_CURRENT_PROFILE) {
		f->set_current_profile.connectivity = &s->connectivity;
		f->set_current_profile.security = &s->security;
	} else if (f->fn == FN_SET_PROFILE_CUSTOM_USER_DATA) {
		f->set_user_data.user = 1;
		f->set_user_data.size = 40;
		f->set_user_data.data = s->bytes;
	} else {
		f->get_user_data.user = 1;
		f->get_user_data.size = &s->number;
		f->get_user_data.data = &s->pointer;
		f->get_user_data.token = s->user_data;
		f->get_user_data.bytes = s->user_data;
	}
}

static void sample_radio_function(struct samples *s, struct function_call *f)
{
	if (f->fn == FN_SET_DEFAULT_KEY) {
		f->set_default_key.key = &s->default_key.v;
		f->set_default_key.direction = DOT11_DIR_BOTH;
	} else if (f->fn == FN_SET_KEY_MAPPING_KEY) {
		f->set_key_mapping_key.key = &s->mapping_key.v;
	} else if (f->fn == FN_NIC_SPECIFIC_EXTENSION) {
		s->number = 16;
		f->nic_specific_extension.in_size = 9;
		f->nic_specific_extension.in = s->bytes;
		f->nic_specific_extension.out_size = &s->number;
		f->nic_specific_extension.out = s->out;
	} else {
		f->set_ethertype_handling.backlog = 8;
		f->set_ethertype_handling.exemptions = 2;
		f->set_ethertype_handling.exemption = s->exemptions;
		f->set_ethertype_handling.types = 3;
		f->set_ethertype_handling.type = s->types;
	}
}

static void sample_virtual_station(struct samples *s, struct function_call *f)
{
	f->virtual_station.reserved = SAMPLE_TOKEN;
	if (f->fn == FN_QUERY_VIRTUAL_STATION_PROPERTIES) {
		f->virtual_station.is_virtual = &s->truth;
		f->virtual_station.primary = &s->guid;
	} else if (f->fn == FN_SET_VIRTUAL_STATION_AP_PROPERTIES) {
		f->virtual_station.session = SAMPLE_TOKEN;
		f->virtual_station.length = 1;
		f->virtual_station.property = &s->property;
	}
}

struct function_call sample_function(struct samples *s, enum crossing_fn fn)
{
	struct function_call f = {.fn = fn, .svc = SAMPLE_TOKEN, .stale = true};

	switch (fn) {
	case FN_ALLOCATE_BUFFER:
		f.allocate_buffer.size = 100;
		f.allocate_buffer.buffer = &s->pointer;
		f.allocate_buffer.token = SAMPLE_TOKEN;
		break;
	case FN_FREE_BUFFER:
		f.free_buffer.buffer = SAMPLE_TOKEN;
		break;
	case FN_SET_PROFILE_CUSTOM_USER_DATA:
	case FN_GET_PROFILE_CUSTOM_USER_DATA:
	case FN_SET_CURRENT_PROFILE:
		sample_profile_function(s, &f);
		break;
	case FN_SEND_UI_REQUEST:
		f.send_ui_request.request = &s->ui;
		break;
	case FN_PRE_ASSOCIATE_COMPLETION:
	case FN_POST_ASSOCIATE_COMPLETION:
		f.completion.session = SAMPLE_TOKEN;
		f.completion.peer = fn == FN_POST_ASSOCIATE_COMPLETION ? s->mac : NULL;
		f.completion.reason = 1;
		f.completion.error = 2;
		break;
	case FN_SEND_NOTIFICATION:
		f.send_notification.data = &s->notification;
		break;
	case FN_SEND_PACKET:
		f.send_packet.length = 50;
		f.send_packet.packet = s->bytes;
		f.send_packet.send = SAMPLE_TOKEN;
		break;
	case FN_SET_ETHERTYPE_HANDLING:
	case FN_SET_DEFAULT_KEY:
	case FN_SET_KEY_MAPPING_KEY:
	case FN_NIC_SPECIFIC_EXTENSION:
		sample_radio_function(s, &f);
		break;
	case FN_START_ONEX:
		f.start_onex.attributes = &s->eap;
		break;
	case FN_STOP_ONEX:
		break;
	case FN_PROCESS_SECURITY_PACKET:
		f.process_security_packet.length = 12;
		f.process_security_packet.packet = s->bytes;
		break;
	case FN_REQUEST_VIRTUAL_STATION:
	case FN_RELEASE_VIRTUAL_STATION:
	case FN_QUERY_VIRTUAL_STATION_PROPERTIES:
	case FN_SET_VIRTUAL_STATION_AP_PROPERTIES:
		sample_virtual_station(s, &f);
		break;
	default: /* those that take one number */
		f.set.value = 6;
		break;
	}
	return f;
}
