import { Injectable } from '@nestjs/common';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database } from '../platform/database/database.js';
import { PostcodeDatasetsAdminRepository } from './postcode-datasets-admin.repository.js';
import type { PostcodeDatasetsQuery } from './postcode-datasets.admin-schemas.js';

/** Which reference data there is; importing and switching are the operator's commands. */
@Injectable()
export class PostcodeDatasetsAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: PostcodeDatasetsAdminRepository,
  ) {}

  /** A page of versions, the newest first. */
  list(organiser: SignedInOrganiser, query: PostcodeDatasetsQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
  }
}
