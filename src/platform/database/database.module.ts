import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Configuration } from '../config/configuration.js';
import { poolOptions } from './connection-options.js';
import { DatabaseReadiness } from './database-readiness.js';
import { Database } from './database.js';
import { guardedDriver } from './guarded-pool.js';
import { Notifications } from './notifications.js';

/** The connection pool and what stands on it. Features name their entities with `forFeature`. */
@Global()
@Module({})
export class DatabaseModule {
  static connect(): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [Configuration],
          useFactory: (configuration: Configuration) => ({
            type: 'postgres',
            driver: guardedDriver,
            url: configuration.environment.DATABASE_URL,
            extra: poolOptions(configuration),
            autoLoadEntities: true,
            synchronize: false,
            migrationsRun: false,
            installExtensions: false,
            logging: false,
            retryAttempts: 20,
            retryDelay: 500,
          }),
        }),
      ],
      providers: [Database, DatabaseReadiness, Notifications],
      exports: [Database, Notifications],
    };
  }
}
