/**
 * What is not confirmed about the API is a switch of the simulator (simulator/truths.ts), so the suites
 * that talk to it run twice: with all switches on truth A, and with all on truth B.
 */
const toCommonJs = ['@swc/jest', { jsc: { target: 'es2022' } }];

const shared = {
	rootDir: __dirname,
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
	testTimeout: 30_000,
	globalSetup: '<rootDir>/test/support/globalSetup.ts',
	globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
	// Most of the time tests wait, so that each core can have one.
	maxWorkers: '100%',
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
