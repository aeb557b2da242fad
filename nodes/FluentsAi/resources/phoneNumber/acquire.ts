import type { IDataObject } from 'n8n-workflow';

import { sameNumber, withPlus } from '../../../shared/phoneNumbers/parse';
import { phoneNumbers } from '../../../shared/records/number';
import type { Run } from '../../operation';
import { findIn, writeOnce } from '../../writeOnce';
import { readNumber } from '../../../shared/records/number';

const DONE = { buy: 'bought', link: 'linked' };

/**
 * Buys or links a number, once for an item, also when n8n runs the node again.
 *
 * @param body with the number itself, or for `buy` with an area code instead. Of the latter it cannot be
 * told afterwards which number was bought, so it is not asked for again when the answer was lost.
 * @param ifUnclear what the user has to check when it is not known whether it was done.
 */
export async function acquire(
	run: Run,
	itemIndex: number,
	operation: 'buy' | 'link',
	body: IDataObject,
	ifUnclear: string,
): Promise<IDataObject> {
	const { phone_number: wanted } = body;
	const find = async () =>
		wanted === undefined
			? 'unknown'
			: await findIn(run, phoneNumbers.path, ({ number }) => sameNumber(number, wanted));
	return await writeOnce(
		run,
		itemIndex,
		{
			path: `${phoneNumbers.path}/${operation}`,
			body,
			ifUnclear,
			referencedId: ({ number }) => number,
			read: async (number) => await readNumber(run.api, number),
			find,
		},
		({ number }) => run.note(`phone number ${withPlus(number)} ${DONE[operation]}`),
	);
}
