import { once } from 'node:events';
import { connect } from 'node:net';

import type { Installation } from './install';

/** What a fleet of n8n processes shares. */
export interface Services {
	env: Record<string, string>;
	/** Removes the database and the keys of this run. */
	remove(): Promise<void>;
}

export interface ServiceAddresses {
	redis: string;
	/** A database whose user may create others. */
	database: string;
}

export const defaultServices: ServiceAddresses = {
	redis: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
	database: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
};

/** Why a run without queue mode skips what needs it, and how to run that here. */
export async function howToRunQueue(): Promise<string> {
	const services = { Redis: defaultServices.redis, PostgreSQL: defaultServices.database };
	const missing: string[] = [];
	for (const [name, url] of Object.entries(services)) {
		if (!(await isListening(new URL(url)))) missing.push(`${name} at ${hostOf(url)}`);
	}
	const first = missing.length > 0 ? `start ${missing.join(' and ')}, then ` : '';
	return `it needs queue mode: ${first}npm run e2e -- --queue`;
}

async function isListening({ hostname, port }: URL): Promise<boolean> {
	const socket = connect(Number(port), hostname);
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}

interface PgClient {
	connect(): Promise<void>;
	query(sql: string): Promise<unknown>;
	end(): Promise<void>;
}

interface RedisClient {
	connect(): Promise<void>;
	keys(pattern: string): Promise<string[]>;
	del(...keys: string[]): Promise<number>;
	disconnect(): void;
}

/**
 * Makes a database of its own and names that nobody else uses in Redis.
 *
 * @param addresses URLs, with user and password if need be.
 * @throws Error that says how to start the service that does not answer.
 */
export async function openServices(
	installation: Installation,
	addresses: ServiceAddresses,
): Promise<Services> {
	const name = `fluentsai_e2e_${Math.random().toString(36).slice(2, 10)}`;
	const redisUrl = new URL(addresses.redis);
	const databaseUrl = new URL(addresses.database);
	const redis = await connectRedis(installation, addresses.redis);
	try {
		await query(installation, addresses.database, `CREATE DATABASE ${name}`);
	} catch (error) {
		redis.disconnect();
		throw error;
	}
	return {
		env: {
			EXECUTIONS_MODE: 'queue',
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: databaseUrl.hostname,
			DB_POSTGRESDB_PORT: databaseUrl.port || '5432',
			DB_POSTGRESDB_DATABASE: name,
			DB_POSTGRESDB_USER: decodeURIComponent(databaseUrl.username),
			DB_POSTGRESDB_PASSWORD: decodeURIComponent(databaseUrl.password),
			QUEUE_BULL_REDIS_HOST: redisUrl.hostname,
			QUEUE_BULL_REDIS_PORT: redisUrl.port || '6379',
			QUEUE_BULL_REDIS_USERNAME: decodeURIComponent(redisUrl.username),
			QUEUE_BULL_REDIS_PASSWORD: decodeURIComponent(redisUrl.password),
			QUEUE_BULL_REDIS_DB: redisUrl.pathname.slice(1) || '0',
			QUEUE_BULL_PREFIX: name,
			N8N_REDIS_KEY_PREFIX: name,
			// Files are shared by all processes: n8n refuses the file system of one machine here.
			N8N_AVAILABLE_BINARY_DATA_MODES: 'database',
			N8N_DEFAULT_BINARY_DATA_MODE: 'database',
		},
		async remove() {
			const keys = await redis.keys(`*${name}*`);
			if (keys.length > 0) await redis.del(...keys);
			redis.disconnect();
			await query(installation, addresses.database, `DROP DATABASE ${name} WITH (FORCE)`);
		},
	};
}

async function connectRedis({ require }: Installation, url: string): Promise<RedisClient> {
	const Redis = require('ioredis') as new (
		url: string,
		options: object,
	) => RedisClient & {
		on(event: 'error', handler: () => void): void;
	};
	const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
	// Without a handler the library prints what `connect` throws anyway.
	redis.on('error', () => {});
	await redis.connect().catch((error: Error) => {
		throw new Error(
			`Redis does not answer at ${hostOf(url)} (${error.message}). Start it, e.g. redis-server --port 6379, or give another address with --redis or REDIS_URL.`,
		);
	});
	return redis;
}

async function query({ require }: Installation, url: string, sql: string): Promise<void> {
	const { Client } = require('pg') as { Client: new (options: object) => PgClient };
	const client = new Client({ connectionString: url });
	try {
		await client.connect();
		await client.query(sql);
	} catch (error) {
		throw new Error(
			`PostgreSQL at ${hostOf(url)} did not do it: ${(error as Error).message || String(error)}. Start it, e.g. pg_ctlcluster 15 main start, or give another address with --database or DATABASE_URL; its user has to be allowed to create databases.`,
			{ cause: error },
		);
	} finally {
		await client.end();
	}
}

/** The address without user and password. */
function hostOf(url: string): string {
	return new URL(url).host;
}
