// Addresses that the shop sends to, and those that it must never reach.
import { expect, test } from 'vitest'
import { isPublicAddress, refusalOfUrl } from './addresses.ts'

const publicAddresses = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.169.0.1',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:82a::200e',
  '::ffff:1.1.1.1',
  '::ffff:101:101',
  '64:ff9b::1.1.1.1',
  '64:ff9b::808:808',
]
const otherAddresses = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a00:1',
  '64:ff9b::c0a8:101',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'localhost',
  '',
]

test.each(publicAddresses)('%s is public', (address) => expect(isPublicAddress(address)).toBe(true))
test.each(otherAddresses)('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false))

const sentTo = [
  'https://example.com/hooks',
  'https://example.com:443/',
  'https://example.com:8443/',
  'https://example.com:1024/a?b=c',
  'https://1.1.1.1/',
  'https://[2606:4700:4700::1111]/',
]
const refused = [
  'http://example.com/',
  'ftp://example.com/',
  'https://example.com:80/',
  'https://example.com:1023/',
  'https://user@example.com/',
  'https://user:password@example.com/',
  'https://example.com/#part',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://10.0.0.1:8443/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://169.254.169.254/latest/meta-data',
  'https://',
  'nonsense',
]

test.each(sentTo)('%s is sent to', (url) => expect(refusalOfUrl(url, false)).toBeNull())
test.each(refused)('%s is refused', (url) => expect(refusalOfUrl(url, false)).toEqual(expect.any(String)))
test('in one’s own network any host, port and plain HTTP will do, but no other protocol', () => {
  expect(refusalOfUrl('http://127.0.0.1:80/', true)).toBeNull()
  expect(refusalOfUrl('file:///etc/passwd', true)).toEqual(expect.any(String))
})
