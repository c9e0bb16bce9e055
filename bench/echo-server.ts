/** The ceiling of the doors: a bare Fastify route that echoes its body. Prints its port. */
import fastify from 'fastify';

const app = fastify();
app.put('/agents/:id/intelliassign', (request) => request.body);
const address = await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${new URL(address).port}\n`);
