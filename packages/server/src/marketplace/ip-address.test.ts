import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOfAddress } from './address-kind.ts';
import { isInRange, parseIpAddress, parseIpRange } from './ip-address.ts';

const kindOf = (text: string) => {
  const address = parseIpAddress(text);
  return address === null ? null : kindOfAddress(address);
};

test('reads an address in its plain spelling only', () => {
  const spellings = [
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.0.0.1.',
    ' 127.0.0.1',
    '1.2.3.256',
    '1.2.3',
  ];
  const others = ['', ':', ':::', '1::2::3', '[::1]', 'fe80::1%eth0', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::'];
  const dotted = ['::1.2.3.4:5', '1.2.3.4::', '::1.2.3', '1:2:3:4:5:6:7:1.2.3.4', '１２７.0.0.1', '::ffff:0127.0.0.1'];
  for (const text of [...spellings, ...others, ...dotted]) assert.equal(parseIpAddress(text), null, text);
});

test('reads every spelling of one IPv6 address as the same', () => {
  const same = ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0:1', '2001:db8::0.0.0.1'];
  assert.equal(new Set(same.map((text) => parseIpAddress(text)?.bits)).size, 1);
  assert.equal(parseIpAddress('::')?.bits, 0n);
  assert.equal(parseIpAddress('::ffff:1.2.3.4')?.bits, 0xffff01020304n);
  assert.equal(parseIpAddress('1:2:3:4:5:6:7::')?.bits, parseIpAddress('1:2:3:4:5:6:7:0')?.bits);
});

test('finds an address in a range of its family alone', () => {
  const range = parseIpRange('10.0.0.0/8');
  const address = parseIpAddress('10.255.0.1');
  assert.ok(range !== null && address !== null);
  assert.ok(isInRange(address, range));
  assert.ok(!isInRange({ ...address, family: 6 }, range));
  for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', 'a/8']) {
    assert.equal(parseIpRange(text), null, text);
  }
});

// The first and the last address of each range, and beyond both ends what is public again.
const table: Readonly<Record<string, readonly string[]>> = {
  this_network: ['0.0.0.0', '0.255.255.255', '::'],
  loopback: ['127.0.0.0', '127.0.0.1', '127.255.255.255', '::1'],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    'fc00::',
    'fdff::1',
    'fec0::1',
  ],
  shared: ['100.64.0.0', '100.100.100.200', '100.127.255.255'],
  link_local: ['169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::1', 'febf::1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.255', '2001:db8::1', '3fff::1'],
  benchmark: ['198.18.0.0', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  reserved: ['192.0.0.1', '192.0.0.192', '192.88.99.1', '240.0.0.0', '255.255.255.255', '100::1', '4000::1', 'e000::1'],
  cloud_host: ['168.63.129.16'],
  ipv4_in_ipv6: [
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
  ],
  transition: ['2002:7f00:1::', '2001:0:1::1', '2001:1ff:ffff::'],
  public: ['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
};
const publicAgain = [
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '168.63.129.15',
  '168.63.129.17',
  '2001:200::',
  '2003::1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
];

for (const [kind, texts] of Object.entries(table)) {
  test(`takes for ${kind} what is`, () => {
    for (const text of texts) assert.equal(kindOf(text), kind, text);
  });
}

test('takes for public what lies beside the ranges that are not', () => {
  for (const text of publicAgain) assert.equal(kindOf(text), 'public', text);
});
