# SPDX-License-Identifier: BSD-2-Clause
"""Netlink in plain sockets: radios of mac80211_hwsim are made and deleted, and interfaces watched.

Layout: linux/netlink.h, linux/genetlink.h, linux/rtnetlink.h; drivers/net/wireless/mac80211_hwsim.h of the kernel.
"""
import ctypes
import os
import socket
import struct
import threading

NLM_F_REQUEST, NLM_F_ACK = 1, 4
NLMSG_ERROR = 2
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
NETLINK_GENERIC, NETLINK_ROUTE = 16, 0
HWSIM_CMD_NEW_RADIO, HWSIM_CMD_DEL_RADIO = 4, 5
HWSIM_ATTR_RADIO_NAME = 17
RTMGRP_LINK, RTM_NEWLINK, RTM_DELLINK = 1, 16, 17
IFLA_IFNAME, IFLA_OPERSTATE = 3, 16
IF_OPER_UP = 6
CLONE_NEWNET = 0x40000000


def within(namespace, function):
    """What function() returns in a network namespace: a socket opened there stays there."""
    if not namespace:
        return function()
    results = []

    def call():
        with open(f'/run/netns/{namespace}') as file:
            if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):  # of this thread alone
                return
        results.append(function())

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    if not results:
        raise OSError(f'network namespace {namespace}')
    return results[0]


def attribute(kind, value):
    return struct.pack('=HH', 4 + len(value), kind) + value + b'\0' * (-len(value) % 4)


def attributes(data):
    """The attributes in data by number; the last one of a number wins."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from('=HH', data)
        if length < 4:
            break
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def messages(data):
    while len(data) >= 16:
        length, kind = struct.unpack_from('=IH', data)
        if length < 16:
            break
        yield kind, data[16:length]
        data = data[(length + 3) & ~3:]


class Generic:
    """One family of generic netlink."""

    def __init__(self, family):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.settimeout(10)
        self.id = GENL_ID_CTRL
        reply = self.request(CTRL_CMD_GETFAMILY, attribute(CTRL_ATTR_FAMILY_NAME, family.encode() + b'\0'))
        self.id, = struct.unpack('=H', attributes(reply[4:])[CTRL_ATTR_FAMILY_ID])

    def request(self, command, body):
        """The last answer's payload, with its generic header; b'' if there was none but an acknowledgement."""
        head = struct.pack('=IHHII', 20 + len(body), self.id, NLM_F_REQUEST | NLM_F_ACK, 1, 0)
        self.socket.send(head + struct.pack('=BBH', command, 1, 0) + body)
        answer = b''
        while True:
            for kind, payload in messages(self.socket.recv(65536)):
                if kind != NLMSG_ERROR:
                    answer = payload
                    continue
                code, = struct.unpack_from('=i', payload)
                if code < 0:
                    raise OSError(-code, f'netlink command {command}: {os.strerror(-code)}')
                return answer

    def close(self):
        self.socket.close()


def new_radio(family, name):
    family.request(HWSIM_CMD_NEW_RADIO, attribute(HWSIM_ATTR_RADIO_NAME, name.encode() + b'\0'))


def delete_radio(name, namespace):
    """hwsim deletes what is in the namespace of the socket that asks."""
    family = within(namespace, lambda: Generic('MAC80211_HWSIM'))
    try:
        family.request(HWSIM_CMD_DEL_RADIO, attribute(HWSIM_ATTR_RADIO_NAME, name.encode() + b'\0'))
    finally:
        family.close()


def link_socket():
    """Tells changes of the interfaces of the calling thread's network namespace."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE)
    sock.bind((0, RTMGRP_LINK))
    return sock


def link_changes(data):
    """(name, operational state up) for each interface that data tells of; None for the state if it is gone."""
    for kind, payload in messages(data):
        if kind in (RTM_NEWLINK, RTM_DELLINK):
            found = attributes(payload[16:])
            name = found.get(IFLA_IFNAME, b'').rstrip(b'\0').decode()
            state = found.get(IFLA_OPERSTATE, b'\0')[0]
            yield name, None if kind == RTM_DELLINK else state == IF_OPER_UP
