const { createHash } = require('node:crypto');
const { mkdir, readdir, readFile, writeFile } = require('node:fs/promises');
const { SourceMap } = require('node:module');
const { basename, dirname, join, relative, resolve, sep } = require('node:path');
const { build, transform } = require('esbuild');

const { n8n } = require('../package.json');

const ROOT = resolve(__dirname, '..');

const TARGET = 'node20';

/** What n8n loads when it starts: the descriptions, and what they are made of. */
const DESCRIPTIONS = 'dist/nodes/descriptions.js';

/** What runs when somebody uses a node. It is loaded then. */
const RUN = 'dist/nodes/run.js';

/** The library of phone numbers with its data, loaded with the first number. */
const LIBRARY = 'dist/nodes/libphonenumber.js';
const LIBRARY_MODULE = 'nodes/shared/phoneNumbers/library.ts';
const LIBRARY_NOTICE =
	'// libphonenumber-js (MIT) with data of libphonenumber (Apache-2.0): see THIRD-PARTY-LICENSES.md';

/** Where the modules of RUN are, and those among them that descriptions are made of. */
const RUNS =
	/^nodes\/(FluentsAi\/(placing|watching|execute|notes|tool|writeOnce)|FluentsAi(Live)?Trigger|triggers|shared)\b/;
const DESCRIBES = [
	/\/(fields|loadOptions|webhookMethods|\w+\.node)\.ts$/,
	/\/api\/(credential|pageSize)\.ts$/,
	/\/parameters\/(callEvents|callFilters|convert|defaultCountry|longLists|requiredEnvironment)\.ts$/,
	/\/records\/(accountConnection|action|agent|call|number|options|prompt|voice|webhook)\.ts$/,
];

/** Where the formats are in the library's data of a country, and how many rules of a format are about national ones. */
const FORMATS = 4;
const RULES = 2;

/** An export, and a use of one that is in the other file of descriptions.js and run.js. */
const EXPORT = /^export (?:async )?(function|class|const)\*? (\w+)/gm;
const USED = /\bfrom(?:Run|Descriptions)\("(.+?)"\)/g;

/** Stands for what tells one build from others: an update on disk may come between the loading of two files. */
const BUILD = '__BUILD__';
const CHANGED =
	'The package n8n-nodes-fluentsai was updated or removed while n8n was running. Restart n8n, then run this again.';

/** Comments on lines of their own: names of files, and those inside of classes and functions; esbuild drops the rest. */
const COMMENTS = /^(?:\/\/ \S+\.ts| +(?:\/\/.*|\/\*\*(?:.*\*\/|.*\n(?: +\*.*\n)*? +\*\/)))\n/gm;

/** A comment before calls, which nobody but another bundler reads. */
const FOR_BUNDLERS = '/* @__PURE__ */ ';

/** Each module has a name of its own for n8n-workflow. */
const ALIASES = /^ *var import_n8n_workflow\d* = require\("n8n-workflow"\);\n/gm;
const ALIAS = /\bimport_n8n_workflow\d*\b/g;

/** Required once for all modules in a file: each further time takes a moment, and gives the same. */
const N8N_WORKFLOW = 'const n8nWorkflow = require("n8n-workflow");';

/**
 * Puts all code into three files, each module into one of them: n8n loads few files faster than many, and starts without
 * those two that are loaded when they are used. The files that package.json names lead to the first one. They stay
 * readable, with their names and lines: shorter syntax saves 15 kB, spaces 50 kB, and only the library is minified as a
 * whole.
 */
async function bundle() {
	const exported = await readExports();
	const entries = [...n8n.nodes, ...n8n.credentials];
	const nodes = entries.map(
		(path) => `export * from '${path.replace(/^dist(.*)js$/, '.$1ts')}';`,
	);

	const runsLater = (module) => (isLater(module) ? RUN : undefined);
	let descriptions;
	let run = { lines: [] };
	let lent;
	// What a file exports for the other may itself use more of the other.
	do {
		lent = run.lines;
		descriptions = await bundled([...nodes, ...lent], exported, runsLater);
		const isLoaded = (module) => descriptions.modules.includes(module) && !isLater(module);
		const lines = [...descriptions.lines, `export const build = '${BUILD}';`];
		run = await bundled(lines, exported, (module) =>
			isLoaded(module) ? DESCRIPTIONS : undefined,
		);
	} while (run.lines.length > lent.length);

	await bundleLibrary();
	const build = createHash('sha256').update(run.code).update(descriptions.code).digest('hex');
	for (const [file, { code }] of [
		[RUN, run],
		[DESCRIPTIONS, descriptions],
	]) {
		await write(file, await readable(code.replaceAll(BUILD, build.slice(0, 16))));
	}
	for (const path of entries) {
		const [name] = basename(path).split('.');
		const file = relative(dirname(path), DESCRIPTIONS).replaceAll(sep, '/');
		await write(path, `exports.${name} = require('${file}').${name};\n`);
	}
}

function isLater(module) {
	return RUNS.test(module) && !DESCRIBES.some((modules) => modules.test(module));
}

/** All exports of the project. The key of one is its name, with the module where several have an export of that name. */
async function readExports() {
	const found = [];
	for (const file of await readdir(join(ROOT, 'nodes'), { recursive: true })) {
		if (!/(?<!\.d)\.ts$/.test(file)) continue;
		const module = join('nodes', file).replaceAll(sep, '/');
		const code = await readFile(join(ROOT, module), 'utf8');
		for (const [, kind, name] of code.matchAll(EXPORT)) found.push({ module, kind, name });
	}
	const names = found.map(({ name }) => name);
	const isAlone = (name) => names.indexOf(name) === names.lastIndexOf(name);
	return found.map((one) => ({
		...one,
		key: isAlone(one.name)
			? one.name
			: `${one.module.replace(/^nodes\/|\.ts$/g, '')}.${one.name}`,
	}));
}

/**
 * @param lines of the file's own code
 * @param fileOf the other file that a module is in, or undefined for the module itself
 * @returns the code, all modules that were looked at, and lines by which the other file exports what this one uses of it
 */
async function bundled(lines, exported, fileOf) {
	const { outputFiles, metafile } = await build({
		stdin: { contents: lines.join('\n'), resolveDir: ROOT, loader: 'ts' },
		bundle: true,
		platform: 'node',
		target: TARGET,
		external: ['n8n-workflow', ...[DESCRIPTIONS, RUN, LIBRARY].map(besideIt)],
		plugins: [elsewhere(exported, fileOf)],
		// As a module without the name that is imported: descriptions need a constant of a module of RUN.
		logOverride: { 'import-is-undefined': 'error' },
		write: false,
		metafile: true,
		outfile: DESCRIPTIONS,
	});
	const code = outputFiles[0].text;
	const keys = new Set([...code.matchAll(USED)].map(([, key]) => key));
	const ofOther = exported.filter(({ key }) => keys.has(key));
	return {
		code,
		modules: Object.keys(metafile.inputs),
		lines: ofOther.map(
			({ module, name, key }) => `export { ${name} as '${key}' } from './${module}';`,
		),
	};
}

/** An esbuild plugin that puts what takes a module's exports from another file in the place of the module. */
function elsewhere(exported, fileOf) {
	return {
		name: 'elsewhere',
		setup({ onResolve, onLoad }) {
			onResolve({ filter: /^from:/ }, ({ path }) => ({ path, namespace: 'from' }));
			onLoad({ filter: /./, namespace: 'from' }, ({ path }) => ({
				contents: takerFrom(path.slice('from:'.length)),
			}));
			onLoad({ filter: /\.ts$/ }, ({ path }) => {
				const module = relative(ROOT, path).replaceAll(sep, '/');
				const file = module === LIBRARY_MODULE ? LIBRARY : fileOf(module);
				if (file === undefined) return undefined;
				const taken = exported
					.filter((one) => one.module === module)
					.filter(({ kind }) => file === DESCRIPTIONS || kind === 'function')
					.map(
						({ name, key }) =>
							`export const ${name} = /* @__PURE__ */ ${takerOf(file)}('${key}');`,
					);
				return {
					contents: [`import { ${takerOf(file)} } from 'from:${file}';`, ...taken].join(
						'\n',
					),
				};
			});
		},
	};
}

/** Code of the function that takes exports from a file: those of the descriptions at once, others when they are called. */
function takerFrom(file) {
	const required = `require('${besideIt(file)}')`;
	if (file === DESCRIPTIONS) return `export const ${takerOf(file)} = (key) => ${required}[key];`;
	return `let loaded;
		const load = () => {
			try {
				loaded = ${required};
			} catch (error) {
				if (error.code !== 'MODULE_NOT_FOUND') throw error;
			}
			${file === RUN ? `if (loaded?.build !== '${BUILD}') loaded = undefined;` : ''}
			if (loaded) return loaded;
			throw new Error('${CHANGED}');
		};
		export const ${takerOf(file)} = (key) => function () {
			return (loaded ?? load())[key].apply(this, arguments);
		};`;
}

/** Such as fromRun. */
function takerOf(file) {
	const name = basename(file, '.js');
	return `from${name[0].toUpperCase()}${name.slice(1)}`;
}

/** The files are in one folder. */
function besideIt(file) {
	return `./${basename(file)}`;
}

async function bundleLibrary() {
	await build({
		entryPoints: [LIBRARY_MODULE],
		bundle: true,
		minify: true,
		platform: 'node',
		target: TARGET,
		// The ES modules, since the CommonJS ones write to the console.
		mainFields: ['module', 'main'],
		plugins: [forModernEngines, withoutUnusedData],
		banner: { js: LIBRARY_NOTICE },
		legalComments: 'none',
		outfile: LIBRARY,
	});
}

/** An esbuild plugin that takes the modules of the library that are not made for engines of 2015, which are longer. */
const forModernEngines = {
	name: 'for-modern-engines',
	setup({ onResolve }) {
		onResolve({ filter: /\/es6\// }, ({ path, resolveDir }) => ({
			path: resolve(resolveDir, path.replace('/es6/', '/es6-modern/')),
			sideEffects: false,
		}));
		onResolve({ filter: /^\.{1,2}\// }, ({ path, importer, resolveDir }) =>
			importer.includes('es6-modern')
				? { path: resolve(resolveDir, path), sideEffects: false }
				: undefined,
		);
	},
};

/**
 * An esbuild plugin that leaves out data which the package does not use: how numbers are written abroad, and how a format
 * is chosen while somebody still types; of the patterns for that, the last one says which numbers it is for.
 */
const withoutUnusedData = {
	name: 'without-unused-data',
	setup({ onLoad }) {
		onLoad({ filter: /\bmetadata\.min\.json\.js$/ }, () => {
			const metadata = structuredClone(require('libphonenumber-js/metadata.min.json'));
			const all = [metadata.countries, metadata.nonGeographic].flatMap(Object.values);
			for (const country of all) {
				country[FORMATS] &&= country[FORMATS].map(
					([pattern, format, patterns, ...rules]) => [
						pattern,
						format,
						patterns?.slice(-1),
						...rules.slice(0, RULES),
					],
				);
			}
			return { contents: JSON.stringify(metadata), loader: 'json' };
		});
	},
};

async function readable(text) {
	const code = text.replace(COMMENTS, '').replaceAll(FOR_BUNDLERS, '');
	const named = code.replace(ALIASES, '').replace(ALIAS, 'n8nWorkflow');
	const options = { minifySyntax: true, target: TARGET };
	const { code: short } = await transform(`${N8N_WORKFLOW}\n${named}`, options);
	return await withoutSpaces(short);
}

/** Takes the spaces out of code that nobody needs, and leaves its lines. */
async function withoutSpaces(text) {
	const options = { minifyWhitespace: true, sourcemap: 'external', target: TARGET };
	const { code, map } = await transform(text, options);
	const tokens = new SourceMap(JSON.parse(map));
	const indents = text.split('\n').map((line) => line.search(/\S|$/));
	let last = 0;
	/** What stands before a place in the code: a line break, where a token there began a line. */
	const breakBefore = (line, column) => {
		const token = tokens.findEntry(line, column);
		const { originalLine, originalColumn } = token;
		if (token.generatedLine !== line || token.generatedColumn !== column) return '';
		const begins = originalLine !== last && originalColumn === indents[originalLine];
		last = originalLine;
		return begins && column > 0 ? '\n' : '';
	};
	const lines = code
		.split('\n')
		.map((line, i) =>
			line.replace(/./gs, (character, column) => breakBefore(i, column) + character),
		);
	return lines.join('\n');
}

async function write(path, text) {
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, text);
}

module.exports = { bundle };
