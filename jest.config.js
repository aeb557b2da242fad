const { availableParallelism } = require('node:os');

/**
 * What is not confirmed about the API is a switch of the simulator (simulator/truths.ts), so the suites
 * that talk to it run twice: with all switches on truth A, and with all on truth B.
 */
const toCommonJs = ['@swc/jest', { jsc: { target: 'es2022' } }];

const shared = {
	rootDir: __dirname,
	// Else it is in the folder for temporary files.
	cacheDirectory: '<rootDir>/node_modules/.cache/jest',
	modulePathIgnorePatterns: ['<rootDir>/.n8n-docker/', '<rootDir>/.n8n-play/'],
	// openapi-backend needs a package that is published as ES modules only.
	transform: { '\\.ts$': toCommonJs, '/@apidevtools/.+\\.js$': toCommonJs },
	transformIgnorePatterns: ['/node_modules/(?!@apidevtools/)'],
};

const underTruth = (truth) => ({
	...shared,
	displayName: `truth ${truth.toUpperCase()}`,
	testMatch: ['<rootDir>/test/nodes/**/*.test.ts'],
	testEnvironment: '<rootDir>/test/support/environment.ts',
	testEnvironmentOptions: { truth },
});

module.exports = {
	// Some tests start programs, which takes long on a busy computer.
	testTimeout: 60_000,
	globalSetup: '<rootDir>/test/support/globalSetup.ts',
	globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
	// More than cores: a test that waits for a deadline or for another program leaves its core to others.
	maxWorkers: Math.ceil(1.5 * availableParallelism()),
	projects: [
		underTruth('a'),
		underTruth('b'),
		{
			...shared,
			displayName: 'once',
			testMatch: ['<rootDir>/test/{unit,package,simulator}/**/*.test.ts'],
		},
	],
};
