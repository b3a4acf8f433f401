global using Orch.Core.Text;
