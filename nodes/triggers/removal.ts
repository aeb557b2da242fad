import type { NodeApiError } from 'n8n-workflow';

/** Steps that undo something: all are tried, so that one that fails leaves no more than it must. */
export class Removal {
	private readonly failures: NodeApiError[] = [];

	get isClean(): boolean {
		return this.failures.length === 0;
	}

	/** @param problem what is left if the step fails, as the start of the message. What is gone already counts as done. */
	async attempt(problem: string, step: Promise<unknown>): Promise<void> {
		await step.catch((error: NodeApiError) => {
			if (error.httpCode === '404') return;
			error.message = `${problem}: ${error.message}`;
			this.failures.push(error);
		});
	}

	/** @throws NodeApiError that tells all that failed. */
	finish(): void {
		const [first, ...others] = this.failures;
		if (!first) return;
		const messages = others.map(({ message }) => message);
		first.description = [first.description, ...messages].filter(Boolean).join(' ');
		throw first;
	}
}

/**
 * Undoes what was begun when it cannot be finished.
 *
 * @throws what `task` throws; its description tells if something could not be undone.
 */
export async function orUndo<T>(task: Promise<T>, undo: () => Promise<unknown>): Promise<T> {
	return await task.catch(async (error: NodeApiError) => {
		await undo().catch((left: NodeApiError) => {
			const more = `What was done before could not be undone: ${left.message}. Publish or unpublish the workflow once more to tidy up.`;
			error.description = [error.description, more].filter(Boolean).join(' ');
		});
		throw error;
	});
}
