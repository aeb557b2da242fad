import type {
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';

import { connect } from '../../shared/api/connect';
import { operationError } from '../../shared/api/errors';
import { isEmpty, toId } from '../../shared/parameters/convert';
import { agents } from '../../shared/records/agent';
import { readOne } from '../../shared/records/collection';
import { prompts } from '../../shared/records/prompt';
import { readVariablesOf } from '../../shared/records/promptVariables';
import { mapperField } from '../fields/context';
import { agentLocator } from '../fields/locators';

const NOT_CHOSEN =
	'Choose an agent to see which variables its prompt needs. Those of an agent by expression are known when the workflow runs: map them automatically, or add them below.';

const NONE_NEEDED = 'The prompt of this agent needs no variables.';

/**
 * The variables that the prompt of the chosen agent needs, as fields to map.
 *
 * Of an error, the editor would show nothing, so a notice says what could not be read. The fields that were
 * read before stay then: the editor forgets what is mapped to fields that are gone.
 */
async function getPromptVariables(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const unread = (notice: string) => ({
		fields: knownFields(this),
		emptyFieldsNotice: asHtml(notice),
	});
	try {
		const agentId = chosenAgent(this);
		if (agentId === undefined) return unread(NOT_CHOSEN);
		const api = await connect(this);
		const names = await readVariablesOf(
			await readOne(api, agents, agentId),
			async (id) => await readOne(api, prompts, id),
		);
		if (names.length === 0) return { fields: [], emptyFieldsNotice: NONE_NEEDED };
		return { fields: names.map(fieldOf) };
	} catch (error) {
		return unread((error as Error).message);
	}
}

function knownFields(context: ILoadOptionsFunctions): ResourceMapperField[] {
	const stored = context.getCurrentNodeParameter(mapperField.name);
	const { schema = [] } = (stored ?? {}) as { schema?: ResourceMapperField[] };
	return schema;
}

/** @returns undefined where none is chosen, or only an expression that the editor cannot evaluate. */
function chosenAgent(context: ILoadOptionsFunctions): string | undefined {
	const { name, displayName } = agentLocator;
	const given = context.getCurrentNodeParameter(name, { extractValue: true });
	const isExpression = typeof given === 'string' && given.startsWith('=');
	if (isEmpty(given) || isExpression) return undefined;
	return toId(given, (problem) =>
		operationError(context.getNode(), `'${displayName}' ${problem}`),
	);
}

const fieldOf = (name: string): ResourceMapperField => ({
	id: name,
	displayName: name,
	type: 'string',
	required: false,
	defaultMatch: false,
	display: true,
});

/** The editor shows a notice as HTML. */
function asHtml(text: string): string {
	return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export const resourceMapping = { getPromptVariables };
