import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IpAddress, parseIpAddress } from './ip-address.ts';
import { type PermittedHost, parsePermittedHost, permitsAddress, permitsName } from './permitted-host.ts';

function permit(...texts: readonly string[]): readonly PermittedHost[] {
  return texts.map((text) => {
    const host = parsePermittedHost(text);
    assert.ok(host !== null, text);
    return host;
  });
}

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert.ok(parsed !== null, text);
  return parsed;
}

test('permits a name on its port, and on every port when none is said', () => {
  const hosts = permit('db.internal:27017', 'CRM.internal.');
  assert.ok(permitsName(hosts, 'DB.internal.', 27017));
  assert.ok(!permitsName(hosts, 'db.internal', 443));
  assert.ok(permitsName(hosts, 'crm.internal', 8443));
  assert.ok(!permitsName(hosts, 'a.crm.internal', 8443));
});

test('permits an address by itself, with a port, and by its network', () => {
  const hosts = permit('10.0.0.5:5432', '192.168.0.0/16', '[::1]:5432', 'fd00::/8');
  assert.ok(permitsAddress(hosts, address('10.0.0.5'), 5432));
  assert.ok(!permitsAddress(hosts, address('10.0.0.5'), 5433));
  assert.ok(!permitsAddress(hosts, address('10.0.0.6'), 5432));
  assert.ok(permitsAddress(hosts, address('192.168.7.7'), 1));
  assert.ok(permitsAddress(hosts, address('::1'), 5432));
  assert.ok(!permitsAddress(hosts, address('::1'), 80));
  assert.ok(permitsAddress(hosts, address('fd12::9'), 80));
});

test('never takes a name for an address', () => {
  const hosts = permit('10.0.0.0/8');
  assert.ok(!permitsName(hosts, '10.0.0.1', 80));
});

test('refuses what is no host', () => {
  const wrong = [
    '',
    'http://a',
    'a/b',
    '*.internal',
    '10.0.0.0/40',
    'a:0',
    'a:70000',
    '10.0.0',
    '1.2.3.4.5',
    'a b',
    '-',
  ];
  for (const text of [...wrong, '.', 'a..b', '[db]:1', '10.0.0.0/8:80'])
    assert.equal(parsePermittedHost(text), null, text);
});
