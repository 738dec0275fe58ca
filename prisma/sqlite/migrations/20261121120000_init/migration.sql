-- CreateTable
CREATE TABLE "Silo" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "registeredAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "Host" (
    "siloName" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "cpu" TEXT NOT NULL,
    "cores" INTEGER NOT NULL,
    "memoryBytes" BIGINT NOT NULL,
    "node" TEXT NOT NULL,
    "denseMultiplyAdds" REAL NOT NULL,
    "gathers" REAL NOT NULL,
    "scatters" REAL NOT NULL,
    "lossEvaluations" REAL NOT NULL,
    "putBytes" REAL NOT NULL,
    "getBytes" REAL NOT NULL,
    "scannedCells" REAL NOT NULL,
    "matchedRows" REAL NOT NULL,

    PRIMARY KEY ("siloName", "name"),
    CONSTRAINT "Host_siloName_fkey" FOREIGN KEY ("siloName") REFERENCES "Silo" ("name") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "SourceTable" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "siloName" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "present" BOOLEAN NOT NULL,
    "currentVersionId" INTEGER,
    CONSTRAINT "SourceTable_siloName_fkey" FOREIGN KEY ("siloName") REFERENCES "Silo" ("name") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "SourceTable_currentVersionId_fkey" FOREIGN KEY ("currentVersionId") REFERENCES "TableVersion" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TableVersion" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "tableId" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "contentHash" TEXT NOT NULL,
    "rows" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "keysJson" TEXT NOT NULL,
    "profiledAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "TableVersion_tableId_fkey" FOREIGN KEY ("tableId") REFERENCES "SourceTable" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TableColumn" (
    "versionId" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "nulls" BIGINT NOT NULL,
    "distinct" BIGINT NOT NULL,

    PRIMARY KEY ("versionId", "position"),
    CONSTRAINT "TableColumn_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "TableVersion" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Job" (
    "hash" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "specJson" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Integration" (
    "hash" TEXT NOT NULL PRIMARY KEY,
    "scenario" TEXT NOT NULL,
    "definitionJson" TEXT NOT NULL
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

    PRIMARY KEY ("integrationHash", "position"),
    CONSTRAINT "SchemaMapping_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration" ("hash") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "SchemaMapping_tableVersionId_fkey" FOREIGN KEY ("tableVersionId") REFERENCES "TableVersion" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RowMatching" (
    "integrationHash" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "party" TEXT NOT NULL,
    "baseColumnsJson" TEXT NOT NULL,
    "columnsJson" TEXT NOT NULL,

    PRIMARY KEY ("integrationHash", "position"),
    CONSTRAINT "RowMatching_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration" ("hash") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Run" (
    "execution" TEXT NOT NULL PRIMARY KEY,
    "workflowId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "startedAt" DATETIME NOT NULL,
    "finishedAt" DATETIME,
    "jobHash" TEXT,
    "integrationHash" TEXT,
    "rounds" INTEGER,
    "stopReason" TEXT,
    "secondsJoin" REAL,
    "secondsCompute" REAL,
    "secondsTransfer" REAL,
    "secondsOrchestration" REAL,
    "secondsTotal" REAL,
    "errorCode" TEXT,
    "errorMessage" TEXT,
    "errorField" TEXT,
    "errorSuggestion" TEXT,
    "modelName" TEXT,
    "modelVersion" INTEGER,
    CONSTRAINT "Run_jobHash_fkey" FOREIGN KEY ("jobHash") REFERENCES "Job" ("hash") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Run_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration" ("hash") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Run_modelName_modelVersion_fkey" FOREIGN KEY ("modelName", "modelVersion") REFERENCES "ModelVersion" ("modelName", "version") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Plan" (
    "execution" TEXT NOT NULL PRIMARY KEY,
    "chosen" TEXT NOT NULL,
    "explanation" TEXT NOT NULL,
    "segmentRounds" INTEGER NOT NULL,
    CONSTRAINT "Plan_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run" ("execution") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PlanCandidate" (
    "execution" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "candidate" TEXT NOT NULL,
    "strategy" TEXT NOT NULL,
    "site" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "secondsJoin" REAL NOT NULL,
    "secondsCompute" REAL NOT NULL,
    "secondsTransfer" REAL NOT NULL,
    "secondsOrchestration" REAL NOT NULL,
    "secondsTotal" REAL NOT NULL,
    "roundsExpected" REAL NOT NULL,
    "roundsUncertainty" REAL NOT NULL,
    "memoryBytes" REAL NOT NULL,
    "bytesOutJson" TEXT NOT NULL,
    "excludedJson" TEXT NOT NULL,
    "explanation" TEXT NOT NULL,

    PRIMARY KEY ("execution", "position"),
    CONSTRAINT "PlanCandidate_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Plan" ("execution") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Metric" (
    "execution" TEXT NOT NULL,
    "part" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" REAL,

    PRIMARY KEY ("execution", "part", "name"),
    CONSTRAINT "Metric_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run" ("execution") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "CurvePoint" (
    "execution" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "round" INTEGER NOT NULL,
    "loss" REAL,
    "gradientNorm" REAL,

    PRIMARY KEY ("execution", "position"),
    CONSTRAINT "CurvePoint_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run" ("execution") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Egress" (
    "execution" TEXT NOT NULL,
    "siloName" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,

    PRIMARY KEY ("execution", "siloName"),
    CONSTRAINT "Egress_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run" ("execution") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Model" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "lastVersion" INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "ModelVersion" (
    "modelName" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "execution" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "type" TEXT NOT NULL,
    "manifestJson" TEXT NOT NULL,

    PRIMARY KEY ("modelName", "version"),
    CONSTRAINT "ModelVersion_modelName_fkey" FOREIGN KEY ("modelName") REFERENCES "Model" ("name") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "ModelVersion_execution_fkey" FOREIGN KEY ("execution") REFERENCES "Run" ("execution") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ModelAlias" (
    "modelName" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "version" INTEGER NOT NULL,

    PRIMARY KEY ("modelName", "alias"),
    CONSTRAINT "ModelAlias_modelName_fkey" FOREIGN KEY ("modelName") REFERENCES "Model" ("name") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "ModelAlias_modelName_version_fkey" FOREIGN KEY ("modelName", "version") REFERENCES "ModelVersion" ("modelName", "version") ON DELETE RESTRICT ON UPDATE CASCADE
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
