// PouchDB's side of `sync_rivals`: told what to do line by line, it answers with seconds.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');
const PouchDB = require('pouchdb');

let ash, robin, remote;

async function timed(work) {
  const began = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

const does = {
  async begin({ folder, name, address, records }) {
    ash = new PouchDB(path.join(folder, `${name}-ash`));
    robin = new PouchDB(path.join(folder, `${name}-robin`));
    remote = new PouchDB(`${address}/${name}`);
    const held = Object.entries(JSON.parse(fs.readFileSync(records, 'utf8')));
    for (let start = 0; start < held.length; start += 500) {
      await ash.bulkDocs(held.slice(start, start + 500).map(([id, fields]) => ({ _id: id, fields })));
    }
    await remote.info();
    return 0;
  },
  push: () => timed(() => ash.replicate.to(remote)),
  pull: () => timed(() => robin.replicate.from(remote)),
  async write({ file }) {
    const { rows } = await robin.allDocs({ include_docs: true });
    const held = Object.fromEntries(rows.map((row) => [row.id, row.doc.fields]));
    fs.writeFileSync(file, JSON.stringify(held));
    return 0;
  },
  async end() {
    await ash.close();
    await robin.close();
    return 0;
  },
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const said = JSON.parse(line);
    const seconds = await does[said.do](said);
    process.stdout.write(JSON.stringify({ seconds }) + '\n');
    if (said.do === 'end') process.exit(0);
  }
})();
