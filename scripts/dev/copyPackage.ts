import { existsSync, lstatSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

/** What n8n loads of a package. */
const PARTS = ['package.json', 'dist'];

/**
 * Where n8n looks for a community package.
 *
 * @param folder n8n's user folder: the one that has `.n8n` in it, or `.n8n` itself.
 * @throws Error when n8n has never run there, or the package there is a link to other files.
 */
export function packageFolder(folder: string, name: string): string {
	const given = resolve(folder);
	const home = given.endsWith('/.n8n') ? given : join(given, '.n8n');
	if (!existsSync(home)) {
		throw new Error(
			`There is no n8n user folder at ${home}. Start n8n once with N8N_USER_FOLDER=${dirname(home)}, or name another folder.`,
		);
	}
	const target = join(home, 'nodes', 'node_modules', name);
	if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) {
		throw new Error(
			`${target} is a link. Remove it (npm unlink), or leave it and only build: n8n reads what it leads to.`,
		);
	}
	return target;
}

/**
 * Makes a package in n8n's folder the same as the built one: writes what has changed, and removes what
 * is gone, so that n8n reloads only when there is something new.
 *
 * @param source the root of the package; it has to be built.
 * @returns the files that were written or removed, below `target`.
 * @throws Error when something is missing that package.json names, as during another build.
 */
export async function copyPackage(source: string, target: string): Promise<string[]> {
	const wanted = await filesOf(source);
	const { n8n } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const missing = [...n8n.nodes, ...n8n.credentials].find((file) => !wanted.includes(file));
	if (missing) throw new Error(`${missing} is not built`);
	const present = await filesOf(target);
	const changed: string[] = [];
	for (const file of wanted) {
		const [from, to] = [join(source, file), join(target, file)];
		if (present.includes(file) && (await readFile(from)).equals(await readFile(to))) continue;
		await mkdir(dirname(to), { recursive: true });
		await cp(from, to);
		changed.push(file);
	}
	for (const file of present.filter((one) => !wanted.includes(one))) {
		await rm(join(target, file));
		changed.push(file);
	}
	return changed;
}

/** Files of a package that n8n loads, below its root; none when it is not there. */
async function filesOf(root: string): Promise<string[]> {
	const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
	return found
		.filter((entry) => entry.isFile())
		.map((entry) => relative(root, join(entry.parentPath, entry.name)))
		.filter((file) => PARTS.some((part) => file === part || file.startsWith(`${part}/`)));
}
