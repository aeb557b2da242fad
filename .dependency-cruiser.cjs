/** The layers of the code, as CONTRIBUTING.md draws them. `npm run lint` holds them. */

const node = '^nodes/(FluentsAi|FluentsAiTrigger|FluentsAiLiveTrigger)/';

module.exports = {
	forbidden: [
		{
			name: 'no-circles',
			comment:
				'Files that need each other are one thing: find what both need and put it below.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		{
			name: 'no-node-imports-another',
			comment: 'What two nodes need stands in nodes/triggers or nodes/shared.',
			severity: 'error',
			from: { path: node },
			to: { path: node, pathNot: '^nodes/$1/' },
		},
		{
			name: 'triggers-below-nodes',
			comment: 'What triggers share knows none of them.',
			severity: 'error',
			from: { path: '^nodes/triggers/' },
			to: { path: node },
		},
		{
			name: 'shared-below-all',
			comment: 'What all nodes share knows no node, and not what triggers share.',
			severity: 'error',
			from: { path: '^nodes/shared/' },
			to: { path: '^nodes/', pathNot: '^nodes/shared/' },
		},
		{
			name: 'api-below-records-and-parameters',
			comment: 'HTTP knows no kind of object, and no parameter of n8n.',
			severity: 'error',
			from: { path: '^nodes/shared/api/' },
			to: { path: '^nodes/shared/(records|parameters)/' },
		},
		{
			name: 'product-stands-alone',
			comment: 'What is published uses nothing that is not.',
			severity: 'error',
			from: { path: '^(nodes|credentials)/' },
			to: { path: '^(bench|e2e|engine|scripts|simulator|test)/' },
		},
		{
			name: 'simulator-stands-alone',
			comment:
				'The simulator is a client’s view of the API: it shares no code with the package.',
			severity: 'error',
			from: { path: '^simulator/' },
			to: { path: '^(bench|credentials|e2e|engine|nodes|scripts|test)/' },
		},
		{
			name: 'operations-above-placing-and-watching',
			comment: 'What places and watches calls knows no resource.',
			severity: 'error',
			from: { path: '^nodes/FluentsAi/(placing|watching|fields)/' },
			to: { path: '^nodes/FluentsAi/(resources|methods)/' },
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		includeOnly: '^(bench|credentials|e2e|engine|nodes|scripts|simulator|test)/',
		tsConfig: { fileName: 'tsconfig.json' },
		tsPreCompilationDeps: true,
	},
};
