import { createHash } from 'crypto';
import type { IDataObject, NodeOperationError } from 'n8n-workflow';

import { isUnclear, operationError, type FluentsApiError } from '../shared/api/errors';
import { eachRecord } from '../shared/api/pagination';
import { canonical } from '../shared/canonical';
import { notesOf } from './notes';
import type { Run } from './operation';

/** What became of a request, in an earlier try. It holds no field of the body, which may be a secret. */
type Written = { asked: string } & (
	| { state: 'done'; id: string }
	/** Its answer was lost, for this reason. */
	| { state: 'lost'; reason: string }
	| { state: 'refused' }
);

export interface Write {
	path: string;
	body: IDataObject;
	/** What the user has to check when it is not known whether it was done. */
	ifUnclear: string;
	/** What has to be known again of an object that was made: its ID, unless the API reads it by another field. */
	referencedId?(record: IDataObject): unknown;
	/** Reads what an earlier try has made. */
	read(id: string): Promise<IDataObject>;
	/**
	 * Looks for what an earlier try has made whose answer was lost.
	 *
	 * @returns undefined when it is not there; `unknown` when that cannot be told.
	 */
	find(): Promise<IDataObject | 'unknown' | undefined>;
}

/**
 * Sends a request that makes something, or buys it, once for an item, also when n8n runs the node again:
 * with Retry On Fail it does so for all items, even if only the first one has failed.
 *
 * @param onDone called with what was made, unless that was in an earlier try.
 * @throws FluentsApiError
 */
export async function writeOnce(
	run: Run,
	itemIndex: number,
	{ path, body, ifUnclear, referencedId = ({ id }) => id, read, find }: Write,
	onDone: (record: IDataObject) => void,
): Promise<IDataObject> {
	const notes = notesOf<Written>(run.context, itemIndex, 'writes');
	const asked = createHash('sha256')
		.update(canonical([path, body]))
		.digest('hex');
	const done = (record: IDataObject) => {
		notes.note({ asked, state: 'done', id: String(referencedId(record)) });
		return record;
	};
	const send = async () => {
		const record = await run.api
			.post(path, { body, ifUnclear })
			.catch((error: FluentsApiError) => {
				const { reason } = error;
				notes.note(
					isUnclear(error)
						? { asked, state: 'lost', reason }
						: { asked, state: 'refused' },
				);
				throw error;
			});
		onDone(record);
		return done(record);
	};

	const noted = notes.find();
	if (noted?.asked !== asked) return await send();
	switch (noted.state) {
		case 'done':
			return await read(noted.id);
		case 'refused':
			return await send();
		case 'lost': {
			const found = await find();
			if (found === undefined) return await send();
			if (found === 'unknown') throw stillUnclear(run, noted.reason, ifUnclear);
			onDone(found);
			return done(found);
		}
	}
}

function stillUnclear({ context }: Run, reason: string, ifUnclear: string): NodeOperationError {
	return operationError(
		context.getNode(),
		`It is still not known whether Fluents.ai acted on this, so it was not sent again: ${reason}`,
		{ description: ifUnclear },
	);
}

/**
 * Looks through a list for a record.
 *
 * @returns undefined when it is not there; `unknown` when the list cannot be read to its end.
 */
export async function findIn(
	{ api }: Run,
	path: string,
	isMeant: (record: IDataObject) => boolean,
): Promise<IDataObject | 'unknown' | undefined> {
	let isWhole = true;
	const onCut = () => (isWhole = false);
	for await (const record of eachRecord(api, `${path}/list`, {}, { onCut })) {
		if (isMeant(record)) return record;
	}
	return isWhole ? undefined : 'unknown';
}
