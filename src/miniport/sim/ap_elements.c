// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/sim/sim_internal.h"

#include <errno.h>

#include "wire/rsne.h"

uint32_t sim_akm_suite(uint32_t bit)
{
	return bit == SIM_AKM_PSK_SHA256 ? AKM_PSK_SHA256 : AKM_PSK;
}

void put_rates(struct writer *w)
{
	/* 6 to 54 Mbit/s in units of 500 kbit/s; 6, 12 and 24 are basic (802.11-2020, 9.4.2.3). */
	static const uint8_t rates[] = {0x8c, 0x12, 0x98, 0x24, 0xb0, 0x48, 0x60, 0x6c};

	element_put(w, D11_EID_RATES, rates, sizeof(rates));
}

static uint16_t mfp_capabilities(enum sim_mfp mfp)
{
	switch (mfp) {
	case SIM_MFP_OFF:
		break;
	case SIM_MFP_OPTIONAL:
		return RSN_CAP_MFPC;
	case SIM_MFP_REQUIRED:
		return RSN_CAP_MFPC | RSN_CAP_MFPR;
	}
	return 0;
}

static void build_rsne(struct sim_ap *ap)
{
	struct writer w = writer_init(ap->bss.rsne, sizeof(ap->bss.rsne));
	struct rsne rsne = {.extent = RSNE_TO_CAPABILITIES,
		.version = 1,
		.group = CIPHER_CCMP_128,
		.pairwise = {CIPHER_CCMP_128},
		.pairwise_count = 1};

	for (uint32_t bit = SIM_AKM_PSK; bit <= SIM_AKM_PSK_SHA256; bit <<= 1)
		if (ap->config.akms & bit)
			rsne.akm[rsne.akm_count++] = sim_akm_suite(bit);
	rsne.capabilities = mfp_capabilities(ap->config.mfp);
	if (rsne.capabilities) {
		rsne.extent = RSNE_TO_GROUP_MGMT;
		rsne.group_mgmt = CIPHER_BIP_CMAC_128;
	}
	rsne_build(&w, &rsne);
	ap->bss.rsne_length = w.len;
}

void ap_build_elements(struct sim_ap *ap)
{
	struct writer w = writer_init(ap->elements, sizeof(ap->elements));

	ap->capability = D11_CAP_ESS | D11_CAP_SHORT_SLOT;
	element_put(&w, D11_EID_SSID, ap->config.ssid.bytes, ap->config.ssid.length);
	put_rates(&w);
	element_put(&w, D11_EID_DS_PARAMETER, &ap->config.channel, 1);
	if (ap->config.security == SIM_WPA2_PSK) {
		build_rsne(ap);
		writer_put(&w, ap->bss.rsne, ap->bss.rsne_length);
		ap->capability |= D11_CAP_PRIVACY;
	}
	if (ap->config.privacy)
		ap->capability |= D11_CAP_PRIVACY;
	writer_put(&w, ap->config.elements, ap->config.elements_length);
	ap->elements_length = (uint16_t)w.len;
}

/* 802.11-2020, 12.6.3: what one side requires the other must be capable of, and itself. */
static uint16_t judge_mfp(const struct sim_ap *ap, const struct rsne *rsne)
{
	const bool capable = rsne->capabilities & RSN_CAP_MFPC;

	if ((rsne->capabilities & RSN_CAP_MFPR) && (!capable || ap->config.mfp == SIM_MFP_OFF))
		return D11_STATUS_ROBUST_MGMT_VIOLATION;
	if (!capable && ap->config.mfp == SIM_MFP_REQUIRED)
		return D11_STATUS_ROBUST_MGMT_VIOLATION;
	if (capable && ap->config.mfp != SIM_MFP_OFF && rsne->group_mgmt != CIPHER_BIP_CMAC_128)
		return D11_STATUS_CIPHER_REJECTED;
	return D11_STATUS_SUCCESS;
}

/* 802.11-2020, Table 9-50 and 12.6.3: which part of the station's RSNE cannot be had here. */
static uint16_t judge(const struct sim_ap *ap, const struct rsne *rsne, uint32_t *akm)
{
	if (rsne->group != CIPHER_CCMP_128)
		return D11_STATUS_GROUP_CIPHER;
	if (rsne->pairwise_count != 1 || rsne->pairwise[0] != CIPHER_CCMP_128)
		return D11_STATUS_PAIRWISE_CIPHER;
	if (rsne->akm_count != 1)
		return D11_STATUS_AKMP;
	for (uint32_t bit = SIM_AKM_PSK; bit <= SIM_AKM_PSK_SHA256; bit <<= 1) {
		if ((ap->config.akms & bit) && rsne->akm[0] == sim_akm_suite(bit)) {
			*akm = rsne->akm[0];
			return judge_mfp(ap, rsne);
		}
	}
	return D11_STATUS_AKMP;
}

uint16_t ap_judge_rsne(const struct sim_ap *ap, const uint8_t *elements, size_t length,
	uint32_t *akm, struct element *found)
{
	struct rsne rsne;

	if (elements_check(elements, length))
		return D11_STATUS_INVALID_ELEMENT;
	if (ap->config.security != SIM_WPA2_PSK)
		return D11_STATUS_SUCCESS;
	if (element_find(elements, length, D11_EID_RSN, found))
		return D11_STATUS_INVALID_ELEMENT;
	if ((size_t)found->len + 2 > AUTHENTICATOR_RSNE_MAX)
		return D11_STATUS_INVALID_ELEMENT;
	switch (rsne_parse(found->data, found->len, &rsne)) {
	case 0:
		return judge(ap, &rsne, akm);
	case -EPROTONOSUPPORT:
		return D11_STATUS_RSNE_VERSION;
	}
	return D11_STATUS_INVALID_ELEMENT;
}

void ap_put_beacon(const struct sim_ap *ap, struct writer *w)
{
	struct dot11_beacon b = {.timestamp = loop_now(ap->sim->loop) / NS_PER_US,
		.interval = BEACON_INTERVAL,
		.capability = ap->capability,
		.elements = ap->elements,
		.elements_len = ap->elements_length};

	dot11_beacon_build(w, &b);
}
