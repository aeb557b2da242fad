import type { IDataObject } from 'n8n-workflow';

type Value = IDataObject[string];

/** One of n8n's Data Tables. */
export interface Table {
	columns: string[];
	/** Each with its `id`. */
	rows: IDataObject[];
}

/** How a row is chosen: the condition of a column. */
export interface Condition {
	keyName: string;
	condition: string;
	keyValue?: Value;
}

/** n8n's Data Tables, as far as the examples use them. */
export class Tables {
	/**
	 * @param tables by name, as an earlier process has left them.
	 * @param saved called after each change, as when a database has taken it.
	 */
	constructor(
		private readonly tables: Record<string, Table> = {},
		private readonly saved: (tables: Record<string, Table>) => void = () => {},
	) {}

	/** @returns the rows of a table, to look at. */
	rows(name: string): IDataObject[] {
		return this.table(name).rows;
	}

	/** Makes a table, unless it is there. */
	create(name: string, columns: string[]): void {
		this.tables[name] ??= { columns, rows: [] };
		this.saved(this.tables);
	}

	/** @returns the rows of a table that meet all conditions, as copies. */
	find(name: string, conditions: Condition[]): IDataObject[] {
		return this.matching(name, conditions).map((row) => ({ ...row }));
	}

	/** Changes the rows of a table that meet all conditions. @returns them as they are then. */
	update(name: string, conditions: Condition[], values: IDataObject): IDataObject[] {
		const changes = this.fit(name, values);
		const rows = this.matching(name, conditions);
		for (const row of rows) Object.assign(row, changes);
		this.saved(this.tables);
		return rows.map((row) => ({ ...row }));
	}

	/** The same, or a new row where none meets the conditions. */
	upsert(name: string, conditions: Condition[], values: IDataObject): IDataObject[] {
		const updated = this.update(name, conditions, values);
		if (updated.length > 0) return updated;
		const { columns, rows } = this.table(name);
		const empty = Object.fromEntries(columns.map((column) => [column, null]));
		const row = { id: rows.length + 1, ...empty, ...this.fit(name, values) };
		rows.push(row);
		this.saved(this.tables);
		return [{ ...row }];
	}

	private table(name: string): Table {
		const table = this.tables[name];
		if (!table) throw new Error(`Data table with name "${name}" not found`);
		return table;
	}

	private matching(name: string, conditions: Condition[]): IDataObject[] {
		return this.table(name).rows.filter((row) =>
			conditions.every(({ keyName, condition, keyValue }) => {
				if (condition !== 'eq') throw new Error(`Not built: the condition ${condition}`);
				return (row[keyName] ?? null) === (keyValue ?? null);
			}),
		);
	}

	/** The values without the columns of n8n itself. @throws Error for a column that the table lacks. */
	private fit(name: string, { id: _id, ...values }: IDataObject): IDataObject {
		const { columns } = this.table(name);
		const unknown = Object.keys(values).filter((column) => !columns.includes(column));
		if (unknown.length > 0) throw new Error(`unknown column name '${unknown.join("', '")}'`);
		const entries = Object.entries(values).map(([column, value]) => [column, value ?? null]);
		return Object.fromEntries(entries) as IDataObject;
	}
}
