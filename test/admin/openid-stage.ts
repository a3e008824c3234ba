import { createHash, randomBytes } from 'node:crypto';
import { type MutableResponse, type MutableToken, OAuth2Server } from 'oauth2-mock-server';
import { type AdminStage, startAdminStage } from './support.js';

export const CONSOLE = 'https://console.example.org/signed-in';
export const CLIENT = 'branchline';

/** A provider of identities on loopback, which says of its user what a test wants. */
export interface TestProvider {
  readonly server: OAuth2Server;
  /** Claims of the ID token, over those that are right. */
  claims: Record<string, unknown>;
  /** What it says where it is asked with the token. */
  userinfo: Record<string, unknown>;
  close(): Promise<void>;
}

export async function startProvider(): Promise<TestProvider> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, 'localhost');
  const provider: TestProvider = {
    server,
    claims: {},
    userinfo: {},
    close: () => server.stop(),
  };
  server.service.on('beforeTokenSigning', (token: MutableToken) => {
    Object.assign(token.payload, provider.claims);
  });
  server.service.on('beforeUserinfo', (answer: MutableResponse) => {
    Object.assign(answer.body as object, provider.userinfo);
  });
  return provider;
}

/** The application with that provider. */
export function startOpenIdStage(
  provider: TestProvider,
  settings: Record<string, string> = {},
): Promise<AdminStage> {
  return startAdminStage({
    OIDC_ISSUER: provider.server.issuer.url ?? '',
    OIDC_CLIENT_ID: CLIENT,
    OIDC_CLIENT_SECRET: 'a secret of the client',
    OIDC_CONSOLE_URL: CONSOLE,
    OIDC_LINK_BY_EMAIL: 'true',
    ...settings,
  });
}

const PATH = '/v1/admin/sessions/openid';

/** A browser and the console in it. */
export class ConsoleBrowser {
  readonly verifier = randomBytes(32).toString('base64url');
  cookie = '';
  /** Where the provider is to be asked. */
  location = '';

  constructor(private readonly stage: AdminStage) {}

  /** Presses the button. */
  async start() {
    const challenge = createHash('sha256').update(this.verifier).digest('base64url');
    const answer = await this.stage.call().get(`${PATH}/start`).query({ challenge });
    this.location = answer.headers['location'] ?? '';
    const [cookie = ''] = (answer.headers['set-cookie'] as unknown as string[] | undefined) ?? [];
    this.cookie = cookie.split(';', 1)[0] ?? '';
    return answer;
  }

  /** Signs in at the provider. @returns the query that it sends the browser back with. */
  async atProvider(): Promise<string> {
    const { headers } = await fetch(this.location, { redirect: 'manual' });
    return new URL(headers.get('location') ?? '').search;
  }

  /** Comes back with a query. */
  async comeBack(query: string, cookie = this.cookie) {
    const asked = this.stage.call().get(`${PATH}/callback${query}`);
    return cookie === '' ? asked : asked.set('Cookie', cookie);
  }

  /** The three steps, up to the code for the console. */
  async signIn() {
    await this.start();
    return this.comeBack(await this.atProvider());
  }

  /** The code that is handed to the console. */
  codeOf(answer: { headers: Record<string, string> }): string {
    return new URL(answer.headers['location'] ?? '').hash.replace('#openIdCode=', '');
  }

  exchange(code: string, more: object = {}) {
    return this.stage
      .call()
      .post(PATH)
      .send({ code, verifier: this.verifier, ...more });
  }
}
