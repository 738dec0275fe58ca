-- CreateTable
CREATE TABLE "Silo" (
    "name" TEXT NOT NULL,
    "registeredAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Silo_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "Host" (
    "siloName" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "cpu" TEXT NOT NULL,
    "cores" INTEGER NOT NULL,
    "memoryBytes" BIGINT NOT NULL,
    "node" TEXT NOT NULL,
    "denseMultiplyAdds" DOUBLE PRECISION NOT NULL,
    "gathers" DOUBLE PRECISION NOT NULL,
    "scatters" DOUBLE PRECISION NOT NULL,
    "lossEvaluations" DOUBLE PRECISION NOT NULL,
    "putBytes" DOUBLE PRECISION NOT NULL,
    "getBytes" DOUBLE PRECISION NOT NULL,
    "scannedCells" DOUBLE PRECISION NOT NULL,
    "matchedRows" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "Host_pkey" PRIMARY KEY ("siloName","name")
);

-- CreateTable
CREATE TABLE "SourceTable" (
    "id" SERIAL NOT NULL,
    "siloName" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "present" BOOLEAN NOT NULL,
    "currentVersionId" INTEGER,

    CONSTRAINT "SourceTable_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TableVersion" (
    "id" SERIAL NOT NULL,
    "tableId" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "contentHash" TEXT NOT NULL,
    "rows" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "keysJson" TEXT NOT NULL,
    "profiledAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TableVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TableColumn" (
    "versionId" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "nulls" BIGINT NOT NULL,
    "distinct" BIGINT NOT NULL,

    CONSTRAINT "TableColumn_pkey" PRIMARY KEY ("versionId","position")
);

-- CreateTable
CREATE TABLE "Job" (
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "specJson" TEXT NOT NULL,

    CONSTRAINT "Job_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "Integration" (
    "hash" TEXT NOT NULL,
    "scenario" TEXT NOT NULL,
    "definitionJson" TEXT NOT NULL,

    CONSTRAINT "Integration_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "SchemaMapping" (
    "integrationHash" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "party" TEXT NOT NULL,
    "siloName" TEXT NOT NULL,
    "tableName" TEXT NOT NULL,
    "contentHash" TEXT NOT NULL,
    "tableVersionId" INTEGER,
    "featuresJson" TEXT NOT NULL,

    CONSTRAINT "SchemaMapping_pkey" PRIMARY KEY ("integrationHash","position")
);

-- CreateTable
CREATE TABLE "RowMatching" (
    "integrationHash" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "party" TEXT NOT NULL,
    "baseColumnsJson" TEXT NOT NULL,
    "columnsJson" TEXT NOT NULL,

    CONSTRAINT "RowMatching_pkey" PRIMARY KEY ("integrationHash","position")
);

-- CreateTable
CREATE TABLE "Run" (
    "execution" TEXT NOT NULL,
    "workflowId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "finishedAt" TIMESTAMP(3),
    "jobHash" TEXT,
    "integrationHash" TEXT,
    "rounds" INTEGER,
    "stopReason" TEXT,
    "secondsJoin" DOUBLE PRECISION,
    "secondsCompute" DOUBLE PRECISION,
    "secondsTransfer" DOUBLE PRECISION,
    "secondsOrchestration" DOUBLE PRECISION,
    "secondsTotal" DOUBLE PRECISION,
    "errorCode" TEXT,
    "errorMessage" TEXT,
    "errorField" TEXT,
    "errorSuggestion" TEXT,
    "modelName" TEXT,
    "modelVersion" INTEGER,

    CONSTRAINT "Run_pkey" PRIMARY KEY ("execution")
);

-- CreateTable
CREATE TABLE "Plan" (
    "execution" TEXT NOT NULL,
    "chosen" TEXT NOT NULL,
    "explanation" TEXT NOT NULL,
    "segmentRounds" INTEGER NOT NULL,

    CONSTRAINT "Plan_pkey" PRIMARY KEY ("execution")
);

-- CreateTable
CREATE TABLE "PlanCandidate" (
    "execution" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "candidate" TEXT NOT NULL,
    "strategy" TEXT NOT NULL,
    "site" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "secondsJoin" DOUBLE PRECISION NOT NULL,
    "secondsCompute" DOUBLE PRECISION NOT NULL,
    "secondsTransfer" DOUBLE PRECISION NOT NULL,
    "secondsOrchestration" DOUBLE PRECISION NOT NULL,
    "secondsTotal" DOUBLE PRECISION NOT NULL,
    "roundsExpected" DOUBLE PRECISION NOT NULL,
    "roundsUncertainty" DOUBLE PRECISION NOT NULL,
    "memoryBytes" DOUBLE PRECISION NOT NULL,
    "bytesOutJson" TEXT NOT NULL,
    "excludedJson" TEXT NOT NULL,
    "explanation" TEXT NOT NULL,

    CONSTRAINT "PlanCandidate_pkey" PRIMARY KEY ("execution","position")
);

-- CreateTable
CREATE TABLE "Metric" (
    "execution" TEXT NOT NULL,
    "part" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION,

    CONSTRAINT "Metric_pkey" PRIMARY KEY ("execution","part","name")
);

-- CreateTable
CREATE TABLE "CurvePoint" (
    "execution" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "round" INTEGER NOT NULL,
    "loss" DOUBLE PRECISION,
    "gradientNorm" DOUBLE PRECISION,

    CONSTRAINT "CurvePoint_pkey" PRIMARY KEY ("execution","position")
);

-- CreateTable
CREATE TABLE "Egress" (
    "execution" TEXT NOT NULL,
    "siloName" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "Egress_pkey" PRIMARY KEY ("execution","siloName")
);

-- CreateTable
CREATE TABLE "Model" (
    "name" TEXT NOT NULL,
    "lastVersion" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Model_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "ModelVersion" (
    "modelName" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "execution" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "type" TEXT NOT NULL,
    "manifestJson" TEXT NOT NULL,

    CONSTRAINT "ModelVersion_pkey" PRIMARY KEY ("modelName","version")
);

-- CreateTable
CREATE TABLE "ModelAlias" (
    "modelName" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "ModelAlias_pkey" PRIMARY KEY ("modelName","alias")
);

-- CreateIndex
CREATE UNIQUE INDEX "SourceTable_currentVersionId_key" ON "SourceTable"("currentVersionId");

-- CreateIndex
CREATE UNIQUE INDEX "SourceTable_siloName_name_key" ON "SourceTable"("siloName", "name");

-- CreateIndex
CREATE UNIQUE INDEX "TableVersion_tableId_version_key" ON "TableVersion"("tableId", "version");

-- CreateIndex
CREATE UNIQUE INDEX "TableVersion_tableId_contentHash_key" ON "TableVersion"("tableId", "contentHash");

-- CreateIndex
CREATE UNIQUE INDEX "TableColumn_versionId_name_key" ON "TableColumn"("versionId", "name");

-- CreateIndex
CREATE INDEX "Job_name_idx" ON "Job"("name");

-- CreateIndex
CREATE INDEX "SchemaMapping_tableVersionId_idx" ON "SchemaMapping"("tableVersionId");

-- CreateIndex
CREATE INDEX "Run_workflowId_startedAt_idx" ON "Run"("workflowId", "startedAt");

-- CreateIndex
CREATE INDEX "Run_startedAt_idx" ON "Run"("startedAt");

-- CreateIndex
CREATE INDEX "Run_jobHash_idx" ON "Run"("jobHash");

-- CreateIndex
CREATE INDEX "Run_modelName_modelVersion_idx" ON "Run"("modelName", "modelVersion");

-- CreateIndex
CREATE UNIQUE INDEX "PlanCandidate_execution_candidate_key" ON "PlanCandidate"("execution", "candidate");

-- CreateIndex
CREATE UNIQUE INDEX "ModelVersion_execution_key" ON "ModelVersion"("execution");

-- CreateIndex
CREATE INDEX "ModelVersion_createdAt_idx" ON "ModelVersion"("createdAt");

-- CreateIndex
CREATE INDEX "ModelAlias_modelName_version_idx" ON "ModelAlias"("modelName", "version");

-- AddForeignKey
ALTER TABLE "Host" ADD CONSTRAINT "Host_siloName_fkey" FOREIGN KEY ("siloName") REFERENCES "Silo"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceTable" ADD CONSTRAINT "SourceTable_siloName_fkey" FOREIGN KEY ("siloName") REFERENCES "Silo"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceTable" ADD CONSTRAINT "SourceTable_currentVersionId_fkey" FOREIGN KEY ("currentVersionId") REFERENCES "TableVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TableVersion" ADD CONSTRAINT "TableVersion_tableId_fkey" FOREIGN KEY ("tableId") REFERENCES "SourceTable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TableColumn" ADD CONSTRAINT "TableColumn_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "TableVersion"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SchemaMapping" ADD CONSTRAINT "SchemaMapping_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration"("hash") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SchemaMapping" ADD CONSTRAINT "SchemaMapping_tableVersionId_fkey" FOREIGN KEY ("tableVersionId") REFERENCES "TableVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RowMatching" ADD CONSTRAINT "RowMatching_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration"("hash") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_jobHash_fkey" FOREIGN KEY ("jobHash") REFERENCES "Job"("hash") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration"("hash") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_modelName_modelVersion_fkey" FOREIGN KEY ("modelName", "modelVersion") REFERENCES "ModelVersion"("modelName", "version") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Plan" ADD CONSTRAINT "Plan_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run"("execution") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PlanCandidate" ADD CONSTRAINT "PlanCandidate_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Plan"("execution") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Metric" ADD CONSTRAINT "Metric_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run"("execution") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CurvePoint" ADD CONSTRAINT "CurvePoint_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run"("execution") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Egress" ADD CONSTRAINT "Egress_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run"("execution") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ModelVersion" ADD CONSTRAINT "ModelVersion_modelName_fkey" FOREIGN KEY ("modelName") REFERENCES "Model"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ModelVersion" ADD CONSTRAINT "ModelVersion_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run"("execution") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ModelAlias" ADD CONSTRAINT "ModelAlias_modelName_fkey" FOREIGN KEY ("modelName") REFERENCES "Model"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ModelAlias" ADD CONSTRAINT "ModelAlias_modelName_version_fkey" FOREIGN KEY ("modelName", "version") REFERENCES "ModelVersion"("modelName", "version") ON DELETE RESTRICT ON UPDATE CASCADE;
