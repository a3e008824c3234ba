/** How a server that posts for its visitors says from where one of them came; only with a key. */
export const VISITOR_ADDRESS_HEADER = 'Branchline-Visitor-Address';
/** And by which browser. */
export const VISITOR_USER_AGENT_HEADER = 'Branchline-Visitor-User-Agent';
