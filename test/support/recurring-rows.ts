/** In SQL, of a row of `outbox`: that it is recurring work. The ids of such rows are UUIDs of version 5. */
export const IS_RECURRING = 'uuid_extract_version(id) = 5';
