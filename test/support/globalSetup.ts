import { exitOnSignals, temporaryFolder } from '../../engine/temporaryFolder';

/** Gives the run a folder for temporary files of its own, which all its processes use. */
export default function globalSetup(): void {
	process.env.TMPDIR = temporaryFolder('tests');
	exitOnSignals();
}
