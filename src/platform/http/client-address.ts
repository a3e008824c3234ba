import { BlockList, isIP, isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * The client's address: the socket's, or what trusted proxies say (`TRUSTED_PROXIES`). IPv4 in its
 * IPv6 form becomes IPv4, zones are cut; what a proxy passes on that is no address is not believed.
 * Empty where the client has hung up.
 */
export function clientAddressOf(request: FastifyRequest): string {
  const { ip = '' } = request as { readonly ip?: string };
  const named = plainAddress(ip);
  return isIP(named) === 0 ? plainAddress(request.socket.remoteAddress ?? '') : named;
}

/** With a port behind it, as some proxies write an address: `192.0.2.1:443`, `[2001:db8::1]:443`. */
const WITH_PORT = /^(?:(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}|\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?)$/;

/** `::ffff:192.0.2.1` → `192.0.2.1`, `fe80::1%eth0` → `fe80::1`, `192.0.2.1:443` → `192.0.2.1`. */
export function plainAddress(address: string): string {
  if (!address.includes(':')) return address;
  const [, withPort, inBrackets = withPort] = WITH_PORT.exec(address) ?? [];
  if (inBrackets !== undefined) return plainAddress(inBrackets);
  const bare = address.split('%', 1)[0] ?? '';
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare)?.[1];
  return mapped ?? bare;
}

/**
 * Whom an address counts as: an IPv4 address itself, an IPv6 address its /64, since one line is
 * given at least that many and could otherwise change its address with every request.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':') || isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  // A dotted quad at the end stands for two groups.
  const after6 = after.flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after6.length);
  const all = [...before, ...Array<string>(zeros).fill('0'), ...after6];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Forgotten all at once when there are more: whoever has many addresses wins nothing by it. */
const REMEMBERED_ADDRESSES = 20_000;

/**
 * Addresses and networks (`192.0.2.0/24`, `2001:db8::/32`) as a test of an address.
 *
 * @throws Error for an entry that is neither.
 */
export function networkMatcher(entries: readonly string[]): (address: string) => boolean {
  if (entries.length === 0) return () => false;
  const list = new BlockList();
  for (const entry of entries) {
    const [base = '', length, ...surplus] = entry.split('/');
    const address = plainAddress(base);
    const kind = isIPv4(address) ? 'ipv4' : 'ipv6';
    const most = kind === 'ipv4' ? 32 : 128;
    const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : -1;
    if (isIP(address) === 0 || surplus.length > 0 || bits < 0 || bits > most) {
      throw new Error(`“${entry}” is no address or network such as 192.0.2.0/24.`);
    }
    list.addSubnet(address, bits, kind);
  }
  const isListed = (address: string): boolean => {
    const plain = plainAddress(address);
    const kind = isIP(plain);
    return kind !== 0 && list.check(plain, kind === 4 ? 'ipv4' : 'ipv6');
  };
  // The same few addresses ask again and again, and a list takes longer to look through.
  const answers = new Map<string, boolean>();
  return (address) => {
    let answer = answers.get(address);
    if (answer === undefined) {
      if (answers.size >= REMEMBERED_ADDRESSES) answers.clear();
      answer = isListed(address);
      answers.set(address, answer);
    }
    return answer;
  };
}
