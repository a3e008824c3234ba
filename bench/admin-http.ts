import { Agent, request } from 'node:http';
import { nextVisitor } from './visitors.js';

/** One answer, and how long it took from the last byte asked to the last byte answered. */
export interface Answered {
  readonly milliseconds: number;
  /** The rows of the list; one of what is no list. */
  readonly rows: number;
  /** Which they are. */
  readonly ids: string;
}

/** A signed-in organiser, who asks over one connection. */
export class AdminHttp {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async signIn(url: string, email: string, password: string): Promise<AdminHttp> {
    const answer = await fetch(`${url}/v1/admin/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...nextVisitor() },
      body: JSON.stringify({ email, password }),
    });
    const { token } = (await answer.json()) as { token?: string };
    if (token === undefined) throw new Error(`${email} could not sign in: ${answer.status}`);
    return new AdminHttp(url, token);
  }

  get(path: string): Promise<Answered> {
    const headers = { authorization: `Bearer ${this.token}`, ...nextVisitor() };
    return new Promise((resolve, reject) => {
      const asked = request(
        `${this.url}/v1/admin/${path}`,
        { agent: this.agent, headers },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.once('end', () => {
            const milliseconds = performance.now() - began;
            if (answer.statusCode !== 200) {
              reject(new Error(`${path} was answered ${answer.statusCode}.`));
              return;
            }
            resolve({ milliseconds, ...shownIn(Buffer.concat(parts).toString()) });
          });
        },
      );
      asked.once('error', reject);
      const began = performance.now();
      asked.end();
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function shownIn(text: string): Pick<Answered, 'rows' | 'ids'> {
  const body = JSON.parse(text) as { id?: string; data?: { id: string }[] };
  const ids = body.data?.map(({ id }) => id) ?? [body.id ?? ''];
  return { rows: ids.length, ids: ids.join(' ') };
}
