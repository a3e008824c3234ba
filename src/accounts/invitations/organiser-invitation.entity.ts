import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Role } from '../../organisers/permissions.js';

/** An account and a role that are offered to an address, once. The address is in lower case. */
@Entity('organiser_invitation', {
  comment:
    'An account and a role that are offered to an address, once: open, accepted or withdrawn.',
})
@Index('organiser_invitation_open', { synchronize: false })
@Index('organiser_invitation_inviter', { synchronize: false })
@Index('organiser_invitation_organiser', { synchronize: false })
export class OrganiserInvitationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'organiser_invitation_pk' })
  id!: string;

  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  @Column('text')
  role!: Role;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('timestamptz', { name: 'valid_from', nullable: true })
  validFrom!: Date | null;

  @Column('timestamptz', { name: 'valid_until', nullable: true })
  validUntil!: Date | null;

  @Column('uuid', {
    name: 'invited_by',
    comment: 'Who vouches for it: their right is asked for again when it is accepted.',
  })
  invitedBy!: string;

  @Column('integer', { default: 1 })
  sendings!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'accepted_at', nullable: true })
  acceptedAt!: Date | null;

  @Column('timestamptz', { name: 'withdrawn_at', nullable: true })
  withdrawnAt!: Date | null;

  @Column('uuid', { name: 'organiser_id', nullable: true })
  organiserId!: string | null;
}
