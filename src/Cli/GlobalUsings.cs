global using Orch.Core.Templates;
global using Orch.Core.Text;
