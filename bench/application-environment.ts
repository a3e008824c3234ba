/** The application's settings under measurement: as in production, where nothing else is named. */
export function applicationEnvironment(given: {
  databaseUrl: string;
  smtpUrl: string;
  poolSize: number;
}): Record<string, string> {
  return {
    NODE_ENV: 'production',
    SECOND_FACTOR_SECRET: 'a secret for benchmarks only, long enough',
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://localhost:3000',
    MAIL_FROM: 'Branchline <office@example.org>',
    DATABASE_URL: given.databaseUrl,
    DATABASE_POOL_SIZE: String(given.poolSize),
    SMTP_URL: given.smtpUrl,
    LINK_SECRET: 'a secret for benchmarks only, long enough',
    // Requests say whose they are as a proxy would (`nextVisitor`), and all of them are counted.
    TRUSTED_PROXIES: '127.0.0.0/8 ::1',
    RATE_LIMIT_JOIN_PER_FORM: '10000000',
    RATE_LIMIT_LOOKUP_PER_ADDRESS: '1000',
  };
}
