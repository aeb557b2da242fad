/** The most records that the API gives in one page. */
export const LARGEST_PAGE = 100;
