export { type Database, openDatabase } from './database.ts';
export type { Component, Row, SqlValue, Statement, Write } from './protocol.ts';
