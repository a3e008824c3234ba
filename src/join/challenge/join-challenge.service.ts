import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/http/standard-problems.js';
import { projectRoot } from '../../platform/project-root.js';
import { FormDirectory } from '../forms/form-directory.js';
import { JoinChallenge } from './join-challenge.js';

/** Hands out challenges, and the script that solves them. */
@Injectable()
export class JoinChallengeService {
  readonly script = readScript();

  constructor(
    private readonly forms: FormDirectory,
    private readonly challenge: JoinChallenge,
  ) {}

  /** @throws Problem 404 for a form that is not there, is closed, or asks for none. */
  async make(formId: string | undefined) {
    const form = await this.forms.find(formId);
    if (form === undefined || form.isClosed || !form.asksChallenge) {
      throw notFound('There is no form of this name that asks for a challenge.');
    }
    return this.challenge.make(form);
  }
}

function readScript(): { content: Buffer; version: string } {
  const content = readFileSync(join(projectRoot, 'templates', 'assets', 'join-challenge.js'));
  return { content, version: createHash('sha256').update(content).digest('hex').slice(0, 16) };
}
