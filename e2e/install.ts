import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

export interface Installation {
	version: string;
	/** The file that node runs. */
	command: string;
	/** Loads a module as n8n itself finds it. */
	require: NodeJS.Require;
}

/** So many versions are tried, from the newest down, before the search for one that installs ends. */
const MOST_TRIES = 5;

/** Native modules: their install scripts run, those of all other packages do not. */
const REQUIRED_BUILD = 'sqlite3';
const OPTIONAL_BUILD = 'isolated-vm';

/**
 * Older versions of n8n take `xlsx` from another host than the registry; its last version in the
 * registry is enough for what is tested here.
 */
const manifest = { private: true, overrides: { xlsx: '0.18.5' } };

/** Written last, so that an install that was interrupted is not taken for one. */
const COMPLETE = 'installed';

/** Where installations are kept between runs; each takes about 3 GB. */
export const defaultCache = join(
	process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
	'n8n-nodes-fluentsai',
);

/** Version of n8n whose engine the tests run on: n8n and n8n-core are published with the same. */
const { version: ownVersion } = createRequire(__filename)('n8n-core/package.json') as {
	version: string;
};

/**
 * Installs n8n from the npm registry, unless the cache has it.
 *
 * @param wanted a version, or `newest` for the newest that can be installed (some versions name packages
 * that were never published); without one, the version whose engine the tests run on.
 * @throws Error that tells why it could not be installed.
 */
export async function installN8n(
	wanted: string | undefined,
	cache: string,
	log: (line: string) => void,
): Promise<Installation> {
	const versions =
		wanted === 'newest' ? await newestVersions(cache, log) : [wanted ?? ownVersion];
	const reasons: string[] = [];
	for (const version of versions) {
		const directory = join(cache, `n8n-${version}`);
		if (existsSync(join(directory, COMPLETE))) return installationIn(directory, version);
		log(`Installing n8n ${version} into ${directory}: about 3 GB, 5 to 10 minutes`);
		const end = tellMinutes(log);
		try {
			await install(directory, version, log);
			return installationIn(directory, version);
		} catch (error) {
			await rm(directory, { recursive: true, force: true });
			reasons.push(`n8n ${version} cannot be installed: ${(error as Error).message}`);
			log(reasons.at(-1) as string);
		} finally {
			end();
		}
	}
	throw new Error(reasons.join('\n'));
}

/** Tells each minute that it goes on. @returns how to end that. */
function tellMinutes(log: (line: string) => void): () => void {
	let minutes = 0;
	const timer = setInterval(() => log(`  still installing, ${++minutes} min so far`), 60_000);
	return () => clearInterval(timer);
}

async function install(directory: string, version: string, log: (line: string) => void) {
	await mkdir(directory, { recursive: true });
	await writeFile(join(directory, 'package.json'), JSON.stringify(manifest));
	await npm(directory, ['install', `n8n@${version}`, '--save-exact', '--ignore-scripts']);
	await npm(directory, ['rebuild', REQUIRED_BUILD]);
	await npm(directory, ['rebuild', OPTIONAL_BUILD]).catch(() =>
		log(`${OPTIONAL_BUILD} was not built; older versions of n8n do without it`),
	);
	await writeFile(join(directory, COMPLETE), `${new Date().toISOString()}\n`);
}

function installationIn(directory: string, version: string): Installation {
	const root = join(directory, 'node_modules', 'n8n');
	return {
		version,
		command: join(root, 'bin', 'n8n'),
		require: createRequire(join(root, 'package.json')),
	};
}

/** Newest first. Without a registry, what the cache has. */
async function newestVersions(cache: string, log: (line: string) => void): Promise<string[]> {
	try {
		const answer = await npmOutput(['view', 'n8n', 'version', 'versions', '--json']);
		const { version, versions } = JSON.parse(answer) as { version: string; versions: string[] };
		return versions
			.filter((candidate) => /^[\d.]+$/.test(candidate) && compare(candidate, version) <= 0)
			.sort((a, b) => compare(b, a))
			.slice(0, MOST_TRIES);
	} catch (error) {
		log(`The npm registry cannot be asked (${firstLine(error)}), so the cache has to do`);
		const kept = (await readdir(cache).catch(() => [])).filter((name) =>
			existsSync(join(cache, name, COMPLETE)),
		);
		if (kept.length === 0) throw new Error(`There is no n8n in ${cache} yet`, { cause: error });
		return kept.map((name) => name.replace('n8n-', '')).sort((a, b) => compare(b, a));
	}
}

function compare(a: string, b: string): number {
	return a.localeCompare(b, 'en', { numeric: true });
}

function firstLine(error: unknown): string {
	return (error as Error).message.split('\n')[0];
}

/** npm by the path that the running npm script gives, under the node that runs this. */
function npmCommand(parameters: string[]): [string, string[]] {
	const script = process.env.npm_execpath;
	if (!script) throw new Error('Start this with npm: npm run e2e');
	return [process.execPath, [script, ...parameters]];
}

const environment = {
	...process.env,
	PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
};

async function npmOutput(parameters: string[], cwd?: string): Promise<string> {
	const { stdout } = await promisify(execFile)(...npmCommand(parameters), {
		cwd,
		env: environment,
		maxBuffer: 64 * 1024 * 1024,
	});
	return stdout;
}

/** @throws Error with what npm said, when it ends with another code than 0. */
async function npm(cwd: string, parameters: string[]): Promise<void> {
	const [command, all] = npmCommand([...parameters, '--loglevel=error']);
	const child = spawn(command, all, {
		cwd,
		env: environment,
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	let said = '';
	child.stderr.on('data', (chunk) => (said = `${said}${String(chunk)}`.slice(-4000)));
	const code = await new Promise((resolve, reject) => {
		child.once('error', reject).once('close', resolve);
	});
	if (code === 0) return;
	const lines = said.split('\n').filter((line) => line.startsWith('npm error'));
	throw new Error(lines.slice(0, 3).join('; ') || said || `npm ended with code ${String(code)}`);
}

/**
 * Installs packages of n8n's engine alone, in exact versions, unless the folder has them.
 *
 * @param versions by name of the package.
 */
export async function installEngine(
	versions: Record<string, string>,
	directory: string,
	log: (line: string) => void,
): Promise<void> {
	if (existsSync(join(directory, COMPLETE))) return;
	const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
	log(`Installing ${packages.join(' and ')} into ${directory}: about 180 MB, half a minute`);
	await mkdir(directory, { recursive: true });
	await writeFile(join(directory, 'package.json'), JSON.stringify(manifest));
	await npm(directory, ['install', ...packages, '--save-exact', '--ignore-scripts']);
	await writeFile(join(directory, COMPLETE), `${new Date().toISOString()}\n`);
}

/**
 * Unpacks a tarball of this package beside packages that it finds there.
 *
 * @returns the folder of the package.
 */
export async function unpackInto(directory: string, tarball: string): Promise<string> {
	const root = join(directory, 'node_modules', 'n8n-nodes-fluentsai');
	await rm(root, { recursive: true, force: true });
	await mkdir(root, { recursive: true });
	await promisify(execFile)('tar', ['-xzf', tarball, '-C', root, '--strip-components=1']);
	await rm(tarball);
	return root;
}

/**
 * Packs a package as it would be published.
 *
 * @returns the tarball, in `destination`.
 */
export async function packPackage(root: string, destination: string): Promise<string> {
	const answer = await npmOutput(['pack', '--json', '--pack-destination', destination], root);
	const [{ filename }] = JSON.parse(answer) as Array<{ filename: string }>;
	return join(destination, filename);
}

/**
 * Installs tarballs where n8n keeps community packages, as n8n itself installs one: without scripts
 * and without development and peer dependencies.
 *
 * @param userFolder n8n's user folder.
 */
export async function installPackages(tarballs: string[], userFolder: string): Promise<void> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	await mkdir(nodes, { recursive: true });
	await writeFile(join(nodes, 'package.json'), '{"name":"installed-nodes","private":true}');
	await npm(nodes, [
		'install',
		...tarballs,
		'--ignore-scripts',
		'--legacy-peer-deps',
		'--offline',
	]);
}
